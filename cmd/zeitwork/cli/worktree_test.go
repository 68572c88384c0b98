package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRepositoryURL_IsOneThatThePlatformCanFetch(t *testing.T) {
	t.Parallel()

	cases := map[string]struct{ origin, want string }{
		"https as it is":             {"https://git.example.com/me/app.git", "https://git.example.com/me/app.git"},
		"credentials are left out":   {"https://me:secret@git.example.com/me/app.git", "https://git.example.com/me/app.git"},
		"git's short form of SSH":    {"git@git.example.com:me/app.git", "https://git.example.com/me/app.git"},
		"SSH with a port":            {"ssh://git@git.example.com:2222/me/app.git", "https://git.example.com/me/app.git"},
		"a path":                     {"/srv/git/app.git", "file:///srv/git/app.git"},
		"a path beside the tree":     {"../app.git", "file:///home/me/app.git"},
		"no origin: the tree itself": {"", "file:///home/me/work"},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, repositoryURL(c.origin, "/home/me/work"))
		})
	}
}

func gitRepository(t *testing.T) string {
	t.Helper()

	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "apps", "web"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "apps", "web", "Dockerfile"), []byte("FROM scratch\n"), 0o600))

	for _, arguments := range [][]string{
		{"init", "-q", "-b", "trunk"},
		{"add", "-A"},
		{"-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "first"},
	} {
		output, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, arguments...)...).CombinedOutput()
		require.NoError(t, err, "%s", output)
	}

	return dir
}

func TestOpenWorktree_KnowsWhereADirectoryStands(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)

	tree, err := openWorktree(t.Context(), filepath.Join(dir, "apps", "web"))
	require.NoError(t, err)
	require.Equal(t, dir, tree.Top)
	require.Equal(t, "apps/web", tree.Place)
	require.Equal(t, "web", tree.Name)
	require.Equal(t, "trunk", tree.Branch)
	require.Equal(t, "file://"+dir, tree.URL)
	require.Len(t, tree.Commit, 40)
	require.False(t, tree.Dirty)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "new"), nil, 0o600))

	tree, err = openWorktree(t.Context(), dir)
	require.NoError(t, err)
	require.Empty(t, tree.Place)
	require.True(t, tree.Dirty)
}

func TestOpenWorktree_NotInGit_IsAUsageErrorThatSaysWhatToDo(t *testing.T) {
	t.Parallel()

	_, err := openWorktree(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "git init")
	require.Equal(t, ExitUsage, ExitCode(err))
}
