package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

// repository is a git repository of a test, which fails with what is done to it.
type repository struct {
	*rig.Repository

	t *testing.T
}

// newRepository makes a repository whose branch main has one commit, the app.
func newRepository(t *testing.T, a app) *repository {
	t.Helper()

	// The command line names projects after the folder.
	made, err := rig.NewRepository(t.Context(), filepath.Join(t.TempDir(), "app-"+id.New().String()))
	require.NoError(t, err)

	r := &repository{Repository: made, t: t}
	r.push(a)

	return r
}

// push commits the app's files over what is there and returns the commit.
func (r *repository) push(a app) string {
	r.t.Helper()

	for path, content := range a {
		full := filepath.Join(r.Dir, path)
		require.NoError(r.t, os.MkdirAll(filepath.Dir(full), 0o755))
		require.NoError(r.t, os.WriteFile(full, []byte(content), 0o600))
	}

	return r.commit()
}

// symlink commits a symbolic link.
func (r *repository) symlink(path, target string) {
	r.t.Helper()

	_ = os.Remove(filepath.Join(r.Dir, path))
	require.NoError(r.t, os.Symlink(target, filepath.Join(r.Dir, path)))
	r.commit()
}

// replace empties the repository's tree and has it written anew; edit or push commit it.
func (r *repository) replace(write func(dir string) error) {
	r.t.Helper()

	entries, err := os.ReadDir(r.Dir)
	require.NoError(r.t, err)

	for _, entry := range entries {
		if entry.Name() != ".git" {
			require.NoError(r.t, os.RemoveAll(filepath.Join(r.Dir, entry.Name())))
		}
	}

	require.NoError(r.t, write(r.Dir))
}

// edit replaces the first occurrence of a text in a file and commits.
func (r *repository) edit(path, before, after string) {
	r.t.Helper()

	require.NoError(r.t, r.Replace(path, before, after))
	r.commit()
}

func (r *repository) commit() string {
	r.t.Helper()

	commit, err := r.Commit(r.t.Context())
	require.NoError(r.t, err)

	return commit
}
