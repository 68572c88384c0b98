package gitssh

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestURL_ReadsTheShortForm(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"git@git.example.com:me/app.git": "ssh://git@git.example.com/me/app.git", "deploy@host:app": "ssh://deploy@host/app",
		"https://git.example.com/me/app.git": "https://git.example.com/me/app.git", "ssh://git@host/a": "ssh://git@host/a", "git@host:/a": "git@host:/a",
	} {
		require.Equal(t, want, URL(text))
	}
}

func TestParse_ReadsWhatTheServerIsAskedFor(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]Address{
		"ssh://git@Git.example.com/me/app.git":    {"git", "git.example.com:22", "/me/app.git"},
		"ssh://git.example.com:2222/app":          {"git", "git.example.com:2222", "/app"},
		"ssh://me@[2001:db8::1]/~/app":            {"me", "[2001:db8::1]:22", "~/app"},
		"ssh://me@git.example.com/it%27s%20a.git": {"me", "git.example.com:22", "/it's a.git"},
	} {
		found, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, found)
	}

	for _, text := range []string{"", "https://a/b", "ssh://host", "ssh://host/", "ssh:///a", "ssh://a:b@host/c", "ssh://host/a%0ab", "ssh://host/a#b"} {
		_, err := Parse(text)
		require.Error(t, err, text)
	}
}

func TestCommand_LeavesTheShellNothingToRead(t *testing.T) {
	t.Parallel()

	require.Equal(t, `git-upload-pack '/a'\''; touch b #$(c)'`, Address{Path: "/a'; touch b #$(c)"}.command())
}

func TestIdentity_IsNeverWrittenOut(t *testing.T) {
	t.Parallel()

	private, _, err := GenerateKey("x")
	require.NoError(t, err)

	identity := Identity{PrivateKey: private}
	for _, text := range []string{fmt.Sprint(identity), fmt.Sprintf("%+v %#v", identity, identity), identity.LogValue().String()} {
		require.NotContains(t, text, "PRIVATE")
	}
}
