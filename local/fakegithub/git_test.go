package fakegithub_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// remote returns the URL of a repository for git, with a password where there is one.
func (b *testBundle) remote(name, user, password string) string {
	if password != "" {
		user += ":" + password + "@"
	}

	return strings.Replace(b.URL, "://", "://"+user, 1) + "/" + name + ".git"
}

func TestGit_Clone_HasWhatWasPushed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	text := strings.Repeat("a long line that can be packed\n", 1000)
	head := b.Push(b.Repository, "main", fakegithub.Commit{Message: "second", Files: map[string]fakegithub.File{
		"bin/run": {Content: []byte("#!/bin/sh\n"), Mode: fakegithub.ExecutableMode}, "bin.txt": {Content: []byte(text)},
		"link": {Content: []byte("bin.txt"), Mode: fakegithub.SymlinkMode}, "bin/deep/er/file": {Content: []byte{0, 255}},
	}})
	b.Tag(b.Repository, "v1", b.Commit)

	token := strings.TrimPrefix(b.token(t, `{"permissions":{"contents":"read"}}`), "token ")
	directory := t.TempDir()
	output, err := git(t, directory, "-c", "protocol.version=2", "clone", b.remote("acme/shop", "x-access-token", token), "clone")
	require.NoError(t, err, output)

	clone := filepath.Join(directory, "clone")
	output, err = git(t, clone, "rev-parse", "HEAD", "origin/main", "v1")
	require.NoError(t, err, output)
	require.Equal(t, []string{head, head, b.Commit}, strings.Fields(output))

	output, err = git(t, clone, "fsck", "--strict", "--no-dangling")
	require.NoError(t, err, output)

	content, err := os.ReadFile(filepath.Join(clone, "link"))
	require.NoError(t, err)
	require.Equal(t, text, string(content))

	info, err := os.Stat(filepath.Join(clone, "bin", "run"))
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&0o100)

	// What comes later is fetched; a commit that no branch leads to any more can be, by its hash.
	forced := b.Push(b.Repository, "main", fakegithub.Commit{Force: true, Files: fakegithub.Text(map[string]string{"new": "x"})})
	output, err = git(t, clone, "fetch", "--depth", "1", "origin", "main")
	require.NoError(t, err, output)
	output, err = git(t, clone, "rev-parse", "FETCH_HEAD")
	require.NoError(t, err, output)
	require.Equal(t, forced, output)

	fresh := filepath.Join(directory, "fresh")
	output, err = git(t, directory, "init", "--quiet", fresh)
	require.NoError(t, err, output)
	output, err = git(t, fresh, "fetch", "--depth", "1", b.remote("acme/shop", "x-access-token", token), head)
	require.NoError(t, err, output)
}

func TestGit_Push_IsSeenByTheAPI(t *testing.T) {
	t.Parallel()

	b := setup(t)
	directory := t.TempDir()
	output, err := git(t, directory, "clone", b.remote("acme/shop", githubtest.Developer, "anything"), "clone")
	require.NoError(t, err, output)

	clone := filepath.Join(directory, "clone")
	require.NoError(t, os.WriteFile(filepath.Join(clone, "big"), []byte(strings.Repeat("x1y2", 1<<19)), 0o600))

	for _, arguments := range [][]string{
		{"add", "--all"},
		{"commit", "--quiet", "--message", "by git"},
		{"-c", "http.postBuffer=65536", "push", "origin", "main", "main:feature/x"},
	} {
		output, err = git(t, clone, arguments...)
		require.NoError(t, err, output)
	}

	head, err := git(t, clone, "rev-parse", "HEAD")
	require.NoError(t, err)
	require.Equal(t, head, b.Head(b.Repository, "main"))
	require.Equal(t, head, b.Head(b.Repository, "feature/x"))

	commit := b.ask(t, "GET", "/api/v3/repos/acme/shop/commits/main", b.token(t, ""), "")
	require.Equal(t, head, commit.field(t, "sha"))
	require.Contains(t, commit.body, `"message":"by git\n"`)

	// Pushes of git and of the test meet in one history.
	later := b.Push(b.Repository, "main", fakegithub.Commit{Files: fakegithub.Text(map[string]string{"more": "x"})})
	output, err = git(t, clone, "pull", "--quiet", "origin", "main")
	require.NoError(t, err, output)
	output, err = git(t, clone, "push", "origin", "--delete", "feature/x")
	require.NoError(t, err, output)
	require.Equal(t, later, b.Head(b.Repository, "main"))
	require.Empty(t, b.Head(b.Repository, "feature/x"))
}

func TestGit_AsksForTheRightToken(t *testing.T) {
	t.Parallel()

	b := setup(t)
	other := b.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "other", Private: true})
	narrow := strings.TrimPrefix(b.token(t, fmt.Sprintf(`{"repository_ids":[%d],"permissions":{"contents":"read"}}`, other)), "token ")
	wide := strings.TrimPrefix(b.token(t, ""), "token ")
	statuses := strings.TrimPrefix(b.token(t, `{"permissions":{"statuses":"write"}}`), "token ")

	for name, remote := range map[string]string{
		"nobody":                         b.remote("acme/shop", "", ""),
		"a token for another repository": b.remote("acme/shop", "x-access-token", narrow),
		"a token without contents":       b.remote("acme/shop", "x-access-token", statuses),
		"a token that never was":         b.remote("acme/shop", "x-access-token", "ghs_none"),
		"somebody else":                  b.remote("acme/shop", githubtest.Stranger, "x"),
		"no repository":                  b.remote("acme/none", "x-access-token", wide),
	} {
		_, err := git(t, t.TempDir(), "ls-remote", remote)
		require.Error(t, err, name)
	}

	output, err := git(t, t.TempDir(), "ls-remote", b.remote("acme/shop", "x-access-token", wide), "refs/heads/main")
	require.NoError(t, err, output)
	require.Contains(t, output, b.Commit)

	clone := t.TempDir()
	output, err = git(t, clone, "clone", "--quiet", b.remote("acme/shop", "x-access-token", wide), ".")
	require.NoError(t, err, output)
	_, err = git(t, clone, "push", "origin", "main:other")
	require.Error(t, err, "contents:read pushes nothing")

	b.Clock.Advance(3601e9)
	_, err = git(t, t.TempDir(), "ls-remote", b.remote("acme/shop", "x-access-token", wide))
	require.Error(t, err, "a token that is over")

	b.SetPrivate(b.Repository, false)
	b.RenameRepository(b.Repository, "store")
	output, err = git(t, t.TempDir(), "ls-remote", b.remote("acme/shop", "", ""))
	require.NoError(t, err, output)
	require.Contains(t, output, b.Commit, "a repository that was renamed is found by its old name")
}

func TestGit_ArchivedRepository_IsReadAndNotWritten(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.ArchiveRepository(b.Repository, true)
	clone := t.TempDir()

	output, err := git(t, clone, "clone", "--quiet", b.remote("acme/shop", githubtest.Developer, "x"), ".")
	require.NoError(t, err, output)
	_, err = git(t, clone, "push", "origin", "main:other")
	require.Error(t, err)
	require.Empty(t, b.Head(b.Repository, "other"))
}

func TestGit_HasTheHeadsOfPullRequests(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.SetPrivate(b.Repository, false)
	fork := b.Fork(b.Repository, githubtest.Stranger)
	head := b.Push(fork, "main", fakegithub.Commit{Message: "theirs", Files: fakegithub.Text(map[string]string{"theirs": "x"})})
	number := b.OpenPull(b.Repository, fakegithub.Pull{Head: "main", HeadRepository: fork})

	output, err := git(t, t.TempDir(), "ls-remote", b.remote("acme/shop", "", ""), fmt.Sprintf("refs/pull/%d/head", number))
	require.NoError(t, err, output)
	require.Contains(t, output, head)

	// As it is fetched to be deployed: from the repository that the pull request is for, by its hash.
	fresh := t.TempDir()
	output, err = git(t, fresh, "init", "--quiet")
	require.NoError(t, err, output)
	output, err = git(t, fresh, "fetch", "--depth=1", b.remote("acme/shop", "", ""), head)
	require.NoError(t, err, output)
}
