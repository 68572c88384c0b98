package detect

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// newTree returns a directory with those files, as a source would be unpacked.
func newTree(t *testing.T, files map[string]string) string {
	t.Helper()

	directory := filepath.Join(t.TempDir(), "tree")
	require.NoError(t, os.Mkdir(directory, 0o755))

	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(directory, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), 0o644))
	}

	return directory
}

// requireUsers requires that the error is the user's to mend and that its message holds the words.
func requireUsers(t *testing.T, err error, words ...string) {
	t.Helper()
	require.Error(t, err)
	require.True(t, problem.IsUsers(err), "not the user's: %v", err)

	for _, word := range words {
		require.Contains(t, problem.MessageOf(err), word)
	}
}
