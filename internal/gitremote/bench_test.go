package gitremote

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkListRefs asks the same server where one branch of 50 points, as a poll does: with kept connections, and with a git process each time. The
// server, which starts processes of its own, is part of both.
func BenchmarkListRefs(b *testing.B) {
	bundle := setup(b)
	bundle.commit(b)

	for i := range 49 {
		bundle.git(b, "branch", "feature-"+strconv.Itoa(i))
	}

	b.Run("kept connections", func(b *testing.B) {
		for b.Loop() {
			refs, err := bundle.client.ListRefs(b.Context(), Request{URL: bundle.url(), Prefixes: []string{"refs/heads/main"}})
			require.NoError(b, err)
			require.Len(b, refs, 1)
		}
	})
	b.Run("git ls-remote", func(b *testing.B) {
		for b.Loop() {
			require.Contains(b, bundle.git(b, "-c", "protocol.version=2", "ls-remote", bundle.url(), "refs/heads/main"), "refs/heads/main")
		}
	})
}
