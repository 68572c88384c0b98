package workflows

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// githubBundle is a GitHub with a repository that the project deploys.
type githubBundle struct {
	githubtest.Example

	server *githubtest.Server
	// row is that of the repository.
	row uuid.UUID
}

// setupGithub is setup with a project that deploys a repository on GitHub.
func setupGithub(t *testing.T) *testBundle {
	t.Helper()

	b, server := setup(t), githubtest.New(t)
	server.Clock.Advance(time.Since(server.Clock.Now()))

	g := &githubBundle{server: server, Example: server.NewExample(t), row: id.New()}
	b.hub = g

	var err error

	b.github, err = githubapp.New(githubapp.Config{
		Config: github.Config{URL: server.URL, APIURL: server.APIURL},
		App:    github.AppConfig{ID: g.App.ID, ClientSecret: g.App.ClientSecret, PrivateKey: g.App.PrivateKey},
	}, b.pool, b.keyring, github.Options{Transport: githubtest.Transport(), Now: server.Clock.Now, Timeout: 2 * time.Second})
	require.NoError(t, err)

	installation := id.New()
	b.exec(t, `INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id)
		VALUES ($1, $2, $3, 1, 'acme', 'organization', $4)`, installation, g.Installation, g.App.ID, b.organisation)
	b.exec(t, `INSERT INTO github_repositories (id, organisation_id, installation_id, repository_id, node_id, full_name)
		VALUES ($1, $2, $3, $4, 'R_1', 'acme/shop')`, g.row, b.organisation, installation, g.Repository)
	b.exec(t, "UPDATE projects SET github_repository_id = $1", g.row)

	return b
}

// deployment makes one of the head of main.
func (b *testBundle) ofMain(t *testing.T) database.Deployment {
	t.Helper()

	made, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Commit: b.hub.Commit, Trigger: TriggerManual})
	require.NoError(t, err)

	return made
}

// report has GitHub told of a deployment, as its job does.
func (b *testBundle) report(worker *Worker, deployment uuid.UUID) error {
	return worker.reportToGithub(b.ctx, &river.Job[arguments]{Args: arguments{DeploymentID: deployment}})
}

// reportAs puts a deployment into a state, has GitHub told, and returns what GitHub has been told of it.
func (b *testBundle) reportAs(t *testing.T, worker *Worker, deployment uuid.UUID, state string) (states []string, status fakegithub.CommitStatus) {
	t.Helper()

	b.exec(t, "UPDATE deployments SET state = $2 WHERE id = $1", deployment, state)
	require.NoError(t, b.report(worker, deployment))
	require.Equal(t, state, *b.get(t, deployment).GithubReported)

	if known := b.get(t, deployment).GithubDeploymentID; known != nil {
		states = b.hub.server.DeploymentStates(b.hub.Repository, *known)
	}

	all := b.hub.server.Statuses(b.hub.Repository)
	require.NotEmpty(t, all, b.reportError(t))

	return states, all[len(all)-1]
}

// reportError is why GitHub could not be told.
func (b *testBundle) reportError(t *testing.T) string {
	t.Helper()

	var said *string
	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT report_error FROM projects WHERE id = $1", b.project).Scan(&said))

	if said == nil {
		return ""
	}

	return *said
}

// withPulls turns previews of pull requests on.
func (b *testBundle) withPulls(t *testing.T) {
	t.Helper()

	b.exec(t, "UPDATE projects SET pull_request_previews = true, pulls_tag = NULL")
}

// commit pushes to a branch on GitHub.
func (g *githubBundle) push(repository int64, branch, message string) string {
	g.server.Clock.Advance(time.Second)

	return g.server.Push(repository, branch, fakegithub.Commit{Message: message, Files: fakegithub.Text(map[string]string{"file": message})})
}

// open pushes to a branch and opens a pull request from there; from a fork where one is given.
func (g *githubBundle) open(branch string, fork int64) (number int64, commit string) {
	repository := g.Repository
	if fork != 0 {
		repository = fork
	}

	commit = g.push(repository, branch, "work on "+branch)

	return g.server.OpenPull(g.Repository, fakegithub.Pull{Head: branch, HeadRepository: fork, Title: "Work"}), commit
}

// pollPulls has a worker look at all pull requests.
func (b *testBundle) pollPulls(t *testing.T, worker *Worker) {
	t.Helper()

	rows, err := b.queries.ListProjectsWithPulls(b.ctx)
	require.NoError(t, err)

	app, err := b.github.Current(b.ctx)
	require.NoError(t, err)

	for _, row := range rows {
		require.NoError(t, worker.pollPulls(b.ctx, app.Installation(row.Installation), row.GithubRepository, []database.Project{row.Project}))
	}
}

// pull is the preview of a pull request.
func (b *testBundle) pull(t *testing.T, number int64) database.Environment {
	t.Helper()

	return b.preview(t, pullRef(number))
}

// newestOf is the newest deployment in an environment.
func (b *testBundle) newestOf(t *testing.T, environment database.Environment) database.Deployment {
	t.Helper()

	rows, err := b.queries.ListNewestDeployments(b.ctx, environment.ID, environment.Branch, 1)
	require.NoError(t, err)
	require.NotEmpty(t, rows)

	return rows[0]
}

// comments are the platform's comments on a pull request, once those that are due are written.
func (b *testBundle) comments(t *testing.T, worker *Worker, number int64) []string {
	t.Helper()

	due, err := b.queries.ListDueComments(b.ctx)
	require.NoError(t, err)

	for _, environment := range due {
		require.NoError(t, b.commentOn(worker, environment))
	}

	return b.hub.server.Comments(b.hub.Repository, number)
}

func (b *testBundle) commentOn(worker *Worker, environment uuid.UUID) error {
	return worker.reportToGithub(b.ctx, &river.Job[arguments]{Args: arguments{EnvironmentID: environment}})
}

// messages are the events of the project.
func (b *testBundle) messages(t *testing.T) string {
	t.Helper()

	rows, err := b.pool.Query(context.WithoutCancel(b.ctx), "SELECT message FROM project_events ORDER BY id")
	require.NoError(t, err)

	all, err := collectStrings(rows)
	require.NoError(t, err)

	return strings.Join(all, "\n")
}
