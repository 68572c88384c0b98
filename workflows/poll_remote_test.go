package workflows

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// remoteBundle is a project whose repository is public, and asked as any git server is: by its protocol, at its URL.
type remoteBundle struct {
	*testBundle

	server     *githubtest.Server
	repository int64
	worker     *Worker
}

func setupRemote(t *testing.T) *remoteBundle {
	t.Helper()

	b := &remoteBundle{testBundle: setup(t), server: githubtest.New(t)}
	b.server.AddUser(githubtest.Owner)
	b.repository = b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Owner, Name: "open"})
	b.exec(t, "UPDATE projects SET auto_deploy = true, repository_url = $1", b.server.URL+"/ada/open.git")

	source, err := activities.NewSource(activities.SourceConfig{
		Git: setting.Git{GitProtocols: []string{"http"}}, Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MaxBytes: 1 << 20, Timeout: time.Minute,
		Directory: filepath.Join(t.TempDir(), "sources"), CacheBytes: 1 << 20,
	}, nil)
	require.NoError(t, err)

	b.worker = b.newWorker(t)
	b.worker.source = source

	return b
}

// push commits to a branch, has the worker look, and returns the commit.
func (b *remoteBundle) push(t *testing.T, branch string, change fakegithub.Commit) string {
	t.Helper()

	change.Files = fakegithub.Text(map[string]string{"main.go": id.New().String()})
	commit := b.server.Push(b.repository, branch, change)
	b.poll(t, b.worker)

	return commit
}

func (b *remoteBundle) deployed(t *testing.T) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, "SELECT branch || ' ' || commit_sha FROM deployments WHERE trigger = 'push' ORDER BY id")
	require.NoError(t, err)

	commits, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	return commits
}

func TestPollRemote_WhateverHappensToItsBranches_EachPushIsDeployedOnce(t *testing.T) {
	t.Parallel()

	b := setupRemote(t)
	b.exec(t, "UPDATE projects SET previews = 'branches'")
	first := b.push(t, "main", fakegithub.Commit{})
	b.poll(t, b.worker)

	b.server.Push(b.repository, "main", fakegithub.Commit{Message: "overtaken"})
	second := b.push(t, "main", fakegithub.Commit{})
	forced := b.push(t, "main", fakegithub.Commit{Force: true})
	feature := b.push(t, "feature", fakegithub.Commit{})

	b.server.RenameBranch(b.repository, "feature", "renamed")
	b.poll(t, b.worker)
	b.server.MoveBranch(b.repository, "main", second)
	b.poll(t, b.worker)
	b.poll(t, b.worker)

	require.Equal(t, []string{"main " + first, "main " + second, "main " + forced, "feature " + feature, "renamed " + feature, "main " + second}, b.deployed(t))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND deleted_at IS NULL"))
}

func TestPollRemote_WithoutItsBranch_SaysSoAndIsAskedMoreSeldom(t *testing.T) {
	t.Parallel()

	b := setupRemote(t)
	first := b.push(t, "main", fakegithub.Commit{})
	soon := b.dueIn(t)

	b.server.RenameBranch(b.repository, "main", "trunk")
	b.poll(t, b.worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error LIKE '%has no branch main%'"))
	require.Greater(t, b.dueIn(t), 4*soon)

	b.server.DeleteBranch(b.repository, "trunk")
	b.poll(t, b.worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error IS NOT NULL"))

	b.server.MoveBranch(b.repository, "main", first)
	b.poll(t, b.worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error IS NULL"))
	require.Equal(t, []string{"main " + first}, b.deployed(t), "the commit was deployed already")
}

// dueIn is after how long the repository is looked at again.
func (b *remoteBundle) dueIn(t *testing.T) time.Duration {
	t.Helper()

	var due time.Time

	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT poll_due_at FROM projects").Scan(&due))

	return time.Until(due)
}
