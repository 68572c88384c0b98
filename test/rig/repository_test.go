package rig

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func newTestRepository(t *testing.T, text string) *Repository {
	t.Helper()

	r, err := NewRepository(t.Context(), t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(r.Dir, "app.js"), []byte(text), 0o600))

	return r
}

// cloned returns what a clone of the repository has in the file.
func cloned(t *testing.T, r *Repository) string {
	t.Helper()

	dir := filepath.Join(t.TempDir(), "clone")
	_, err := Run(exec.CommandContext(t.Context(), "git", "clone", "--quiet", "--branch", "main", r.URL(), dir))
	require.NoError(t, err)

	content, err := os.ReadFile(filepath.Join(dir, "app.js"))
	require.NoError(t, err)

	return string(content)
}

func TestRepository_Commit_CanBeClonedAndIsTheReturnedOne(t *testing.T) {
	t.Parallel()

	r := newTestRepository(t, "one")
	first, err := r.Commit(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{40}$`, first)
	require.Equal(t, "one", cloned(t, r))

	unchanged, err := r.Commit(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first, unchanged, "a tree that has not changed is committed too")
}

func TestRepository_Replace_ChangesTheFirstOccurrenceAlone(t *testing.T) {
	t.Parallel()

	r := newTestRepository(t, "one, one")
	require.NoError(t, r.Replace("app.js", "one", "two"))

	_, err := r.Commit(t.Context())
	require.NoError(t, err)
	require.Equal(t, "two, one", cloned(t, r))
	require.ErrorContains(t, r.Replace("app.js", "three", "four"), `app.js does not say "three"`)
}
