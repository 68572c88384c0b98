package gitref_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/gitref"
)

func TestValidBranch_SaysWhatGitSays(t *testing.T) {
	t.Parallel()

	for _, name := range []string{
		"main", "feature/x", "release-1.2", "a@b", "ä", "x.lock.y", "{", "a-", "refs/heads/main", "v1.0", "HEADS", "a/HEAD",
		"", "-", "-x", "HEAD", ".", ".x", "a/.x", "x.", "x/", "/x", "a//b", "a..b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", `a\b`, "a@{b",
		"x.lock", "x.lock/y", "a\x01b", "a\x7fb", "--help", "a\nb",
	} {
		err := exec.CommandContext(t.Context(), "git", "check-ref-format", "--branch", name).Run()
		require.Equal(t, err == nil, gitref.ValidBranch(name), "%q", name)
	}

	// Git reads the first as HEAD, and some file systems do not tell the second from it.
	require.False(t, gitref.ValidBranch("@"))
	require.False(t, gitref.ValidBranch("head"))
}
