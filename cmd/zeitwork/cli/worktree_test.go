package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

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

func TestOpenWorktree_OfAnotherUser_SaysWhatGitSays(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}

	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull) // It may trust all folders.
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")

	dir := gitRepository(t)
	require.NoError(t, os.Chown(dir, 12345, 12345))

	_, err := openWorktree(t.Context(), filepath.Join(dir, "apps"))
	require.ErrorContains(t, err, "belongs to another user")
	require.ErrorContains(t, err, "safe.directory '"+dir+"'")
	require.NotErrorIs(t, err, errNoWorktree)
	require.Equal(t, ExitUsage, ExitCode(err))

	// A link is no reason to deploy something else of the project without a word.
	require.NoError(t, os.WriteFile(filepath.Join(dir, linkName), []byte(`{"project":"shop"}`), 0o600))

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	require.Equal(t, ExitUsage, signedInTo(t, f).run(t, "deploy", dir, "-d"))
	require.Empty(t, f.sent(createDeployment))
}

func TestOpenWorktree_NotInGit_IsAUsageErrorThatSaysWhatToDo(t *testing.T) {
	t.Parallel()

	_, err := openWorktree(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "git init")
	require.Equal(t, ExitUsage, ExitCode(err))
}

func TestOpenWorktree_WithoutACommit_HasABranch(t *testing.T) {
	t.Parallel()

	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)

	output, err := exec.CommandContext(t.Context(), "git", "-C", dir, "init", "-q", "-b", "trunk").CombinedOutput()
	require.NoError(t, err, "%s", output)

	tree, err := openWorktree(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, "trunk", tree.Branch)
	require.Empty(t, tree.Commit)
}

func TestOpenWorktree_Detached_HasACommitAndNoBranch(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)

	output, err := exec.CommandContext(t.Context(), "git", "-C", dir, "checkout", "-q", "--detach").CombinedOutput()
	require.NoError(t, err, "%s", output)

	tree, err := openWorktree(t.Context(), dir)
	require.NoError(t, err)
	require.Empty(t, tree.Branch)
	require.Len(t, tree.Commit, 40)
}

func TestOpenWorktree_ThatGitCannotRead_IsNotOneWithoutACommit(t *testing.T) {
	t.Parallel()

	for damage, wreck := range map[string]func(t *testing.T, dir, commit string){
		"its commit is missing": func(t *testing.T, dir, commit string) {
			t.Helper()
			require.NoError(t, os.Remove(filepath.Join(dir, ".git", "objects", commit[:2], commit[2:])))
		},
		"its commit is broken": func(t *testing.T, dir, commit string) {
			t.Helper()

			object := filepath.Join(dir, ".git", "objects", commit[:2], commit[2:])
			require.NoError(t, os.Remove(object))
			require.NoError(t, os.WriteFile(object, []byte("broken"), 0o600))
		},
		"its branch is broken": func(t *testing.T, dir, _ string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "refs", "heads", "trunk"), []byte("broken"), 0o600))
		},
	} {
		t.Run(damage, func(t *testing.T) {
			t.Parallel()

			dir := gitRepository(t)
			tree, err := openWorktree(t.Context(), dir)
			require.NoError(t, err)

			wreck(t, dir, tree.Commit)

			_, err = openWorktree(t.Context(), dir)
			require.ErrorContains(t, err, "git cannot read what is checked out in "+dir)
			require.ErrorContains(t, err, "git fsck")
			require.Equal(t, ExitUsage, ExitCode(err))
		})
	}
}
