package workflows

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// pollBundle is a project whose repository is on GitHub, with a worker whose clock is GitHub's. Nothing is built.
type pollBundle struct {
	*testBundle
	githubtest.Example

	server       *githubtest.Server
	apps         *githubapp.Apps
	worker       *Worker
	installation uuid.UUID
	// repository is the row of the example's repository.
	repository uuid.UUID
}

const pollInterval = 10 * time.Second

func setupPolling(t *testing.T) *pollBundle {
	t.Helper()

	return setupPollingWith(t, fakegithub.DefaultLimits())
}

func setupPollingWith(t *testing.T, limits fakegithub.Limits) *pollBundle {
	t.Helper()

	b := &pollBundle{testBundle: setup(t), server: githubtest.WithLimits(t, limits)}
	b.Example = b.server.NewExample(t)

	var err error

	b.apps, err = githubapp.New(githubapp.Config{Config: github.Config{URL: b.server.URL, APIURL: b.server.APIURL}}, b.pool, b.keyring,
		github.Options{Transport: githubtest.Transport(), Now: b.server.Clock.Now, Timeout: 500 * time.Millisecond})
	require.NoError(t, err)

	require.NoError(t, database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		_, err := b.apps.Save(b.ctx, queries, github.Credentials{
			ID: b.App.ID, Slug: b.App.Slug, ClientID: b.App.ClientID, ClientSecret: b.App.ClientSecret, PrivateKey: b.App.PrivateKey,
		}, nil)

		return err
	}))

	b.installation = b.addInstallation(t, b.Installation, githubtest.Organization)
	b.repository = b.addRepository(t, b.installation, b.Repository, githubtest.Organization+"/"+githubtest.Name)
	b.exec(t, "UPDATE projects SET github_repository_id = $1, repository_url = 'https://github.com/acme/shop.git', auto_deploy = true", b.repository)

	b.worker = b.newWorker(t)
	b.worker.config.PollInterval = pollInterval
	b.worker.github, b.worker.now = b.apps, b.server.Clock.Now

	return b
}

func (b *pollBundle) addInstallation(t *testing.T, installation int64, login string) uuid.UUID {
	t.Helper()

	row := id.New()
	b.exec(t, `INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id, created_at)
		VALUES ($1, $2, $3, 1, $4, 'organization', $5, $6)`, row, installation, b.App.ID, login, b.organisation, b.server.Clock.Now())

	return row
}

func (b *pollBundle) addRepository(t *testing.T, installation uuid.UUID, repository int64, name string) uuid.UUID {
	t.Helper()

	row := id.New()
	b.exec(t, `INSERT INTO github_repositories (id, organisation_id, installation_id, repository_id, node_id, full_name, default_branch)
		VALUES ($1, $2, $3, $4, $5, $6, 'main')`, row, b.organisation, installation, repository, fakegithub.RepositoryNodeID(repository), name)

	return row
}

// pass lets the clock pass, a second at a time, while the worker looks at what is due.
func (b *pollBundle) pass(t *testing.T, by time.Duration) {
	t.Helper()

	for range int(by / time.Second) {
		b.server.Clock.Advance(time.Second)
		require.NoError(t, b.worker.Poll(b.ctx))
	}
}

// push commits to a branch, and returns the commit.
func (b *pollBundle) push(t *testing.T, branch string, change fakegithub.Commit) string {
	t.Helper()

	if change.Files == nil {
		change.Files = fakegithub.Text(map[string]string{"main.go": id.New().String()})
	}

	return b.server.Push(b.Repository, branch, change)
}

// deployed are the commits that pushes to a branch have deployed, the oldest first.
func (b *pollBundle) deployed(t *testing.T, branch string) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, "SELECT commit_sha FROM deployments WHERE branch = $1 AND trigger = 'push' ORDER BY id", branch)
	require.NoError(t, err)

	commits, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	return commits
}

// trouble is what the project tells of its repository.
func (b *pollBundle) trouble(t *testing.T) string {
	t.Helper()

	project, err := b.queries.LockProject(b.ctx, b.project)
	require.NoError(t, err)

	return lo.FromPtr(project.PollError)
}

func (b *pollBundle) events(t *testing.T, kind string) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, "SELECT message FROM project_events WHERE kind = $1 ORDER BY id", kind)
	require.NoError(t, err)

	messages, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	return messages
}

func TestPollGitHub_Push_IsDeployedOnceWithinSeconds(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, time.Second)
	require.Equal(t, []string{b.Commit}, b.deployed(t, "main"), "the first look deploys what is there")

	second := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 6*time.Second)
	require.Equal(t, []string{b.Commit, second}, b.deployed(t, "main"))

	b.pass(t, 30*time.Second)
	require.Equal(t, []string{b.Commit, second}, b.deployed(t, "main"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM github_repositories WHERE NOT is_settled"))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'deployment.create' AND actor_kind = 'platform'"))
	require.Zero(t, b.server.Refused())
}

func TestPollGitHub_IdleInstallation_IsAskedSeldomAndSeesAPushWithinAMinute(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 30*time.Second)
	b.server.Clock.Advance(2 * activeFor)
	b.pass(t, time.Second)

	before := b.requests()
	b.pass(t, 4*time.Minute)
	require.Less(t, b.requests()-before, 8)

	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 45*time.Second)
	require.Contains(t, b.deployed(t, "main"), pushed)
}

func (b *pollBundle) requests() int {
	total := 0
	for _, usage := range b.server.Usage() {
		total += usage.Requests
	}

	return total
}

func TestPollGitHub_TwoPushesWithinOnePoll_TheNewestIsDeployed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.push(t, "main", fakegithub.Commit{})
	newest := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{b.Commit, newest}, b.deployed(t, "main"))
}

func TestPollGitHub_SecondPushWithinTheSameSecond_IsSeen(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 20*time.Second)
	b.push(t, "main", fakegithub.Commit{})
	b.exec(t, "UPDATE github_installations SET poll_due_at = NULL")
	require.NoError(t, b.worker.Poll(b.ctx))

	// GitHub tells of no other time than of the first.
	newest := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, newest, lo.LastOrEmpty(b.deployed(t, "main")))
	require.Len(t, b.deployed(t, "main"), 3)
}

func TestPollGitHub_ForcePush_IsDeployed_AndSoIsTheWayBack(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	forced := b.push(t, "main", fakegithub.Commit{Force: true})
	b.pass(t, 10*time.Second)
	b.server.MoveBranch(b.Repository, "main", b.Commit)
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{b.Commit, forced, b.Commit}, b.deployed(t, "main"))
}

func TestPollGitHub_MoreReposPushedThanGitHubNames_NoneIsMissed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	const others = mostPushed + 15

	repositories := make([]int64, others)
	for n := range repositories {
		name := "r" + strings.Repeat("x", n)
		repositories[n] = b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: name})
		b.server.Push(repositories[n], "main", fakegithub.Commit{Files: fakegithub.Text(map[string]string{"a": name})})
		b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, github_repository_id) VALUES ($1, $2, $3, $1::uuid::text, 'x', $4)`,
			id.New(), b.organisation, name, b.addRepository(t, b.installation, repositories[n], "acme/"+name))
	}

	b.exec(t, `INSERT INTO domains (id, project_id, hostname, kind) SELECT gen_random_uuid(), id, id::text || '.example.com', 'generated'
		FROM projects WHERE repository_url = 'x'`)
	b.pass(t, 20*time.Second)
	require.Equal(t, others+1, b.count(t, "SELECT count(*) FROM deployments"))

	for n, repository := range repositories {
		b.server.Push(repository, "main", fakegithub.Commit{Files: fakegithub.Text(map[string]string{"b": strings.Repeat("x", n)})})
	}

	b.pass(t, 10*time.Second)
	require.Equal(t, 2*others+1, b.count(t, "SELECT count(*) FROM deployments"))
}

func TestPollGitHub_ChangeThatGitHubDoesNotTellOf_IsFoundByTheSweep(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 20*time.Second)
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.exec(t, "UPDATE github_repositories SET seen_pushed_at = $1", b.server.Clock.Now())
	b.pass(t, 20*time.Second)
	require.NotContains(t, b.deployed(t, "main"), pushed)

	b.server.Clock.Advance(sweepEvery)
	b.pass(t, 2*time.Minute)
	require.Contains(t, b.deployed(t, "main"), pushed)
}

func TestPollGitHub_Check_LooksAtOnce(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.Clock.Advance(2 * activeFor)
	b.pass(t, 3*time.Second)

	pushed := b.push(t, "main", fakegithub.Commit{})
	b.server.Clock.Advance(6 * time.Second)
	require.NoError(t, b.queries.RequestPoll(b.ctx, 5*time.Second, b.project, b.organisation))
	require.NoError(t, b.worker.Poll(b.ctx))
	require.Contains(t, b.deployed(t, "main"), pushed)
}

func TestPollGitHub_FirstProjectOfAnInstallation_IsLookedAtOnce(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET auto_deploy = false")
	b.pass(t, 10*time.Second)
	require.Zero(t, b.requests(), "nobody follows its repositories")

	b.exec(t, "UPDATE projects SET auto_deploy = true")
	require.NoError(t, b.worker.Poll(b.ctx))
	require.Empty(t, b.deployed(t, "main"), "the installation is not due")

	require.NoError(t, b.queries.RequestPoll(b.ctx, 5*time.Second, b.project, b.organisation))
	require.NoError(t, b.worker.Poll(b.ctx))
	require.Equal(t, []string{b.Commit}, b.deployed(t, "main"))
}

func TestPollGitHub_ManyWorkers_OneLooksAtAnInstallation(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	other := b.newWorker(t)
	other.config.PollInterval, other.github, other.now = pollInterval, b.apps, b.server.Clock.Now

	slow := b.server.AddFault(fakegithub.Fault{Path: "/api/graphql", Strike: fakegithub.Slow(200 * time.Millisecond)})
	ended := make(chan error, 1)
	go func() { ended <- other.Poll(context.WithoutCancel(b.ctx)) }()

	require.NoError(t, b.worker.Poll(b.ctx))
	require.NoError(t, <-ended)
	slow()
	require.Equal(t, 3, b.requests(), "a token, the pushes, the branches")
	require.Len(t, b.deployed(t, "main"), 1)
}
