package detecttest

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// NewTree returns a directory with those files, as a source that is unpacked.
func NewTree(t *testing.T, files map[string]string) string {
	t.Helper()

	directory := filepath.Join(t.TempDir(), "tree")
	require.NoError(t, os.Mkdir(directory, 0o755))

	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(directory, name)), 0o755))

		// A script is executable, as it is in a repository.
		mode := os.FileMode(0o600)
		if strings.HasPrefix(content, "#!") {
			mode = 0o700
		}

		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), mode))
	}

	return directory
}

// RequireUsers requires that the error is the user's, and that its message has the words in it.
func RequireUsers(t *testing.T, err error, words ...string) {
	t.Helper()
	require.Error(t, err)
	require.True(t, problem.IsUsers(err), "not the user's: %v", err)

	for _, word := range words {
		require.Contains(t, problem.MessageOf(err), word)
	}
}

// OpenTree opens those files until the test ends.
func OpenTree(t *testing.T, files map[string]string) source.Tree {
	t.Helper()

	tree, err := source.Open(NewTree(t, files), "")
	require.NoError(t, err)
	t.Cleanup(tree.Close)

	return tree
}

// With returns the files with others in their place.
func With(files map[string]string, others ...map[string]string) map[string]string {
	all := maps.Clone(files)
	for _, some := range others {
		maps.Copy(all, some)
	}

	return all
}
