package workflows

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// poll lets a worker that runs nothing else look at the repositories once.
func (b *testBundle) poll(t *testing.T, worker *Worker) {
	t.Helper()

	b.exec(t, "UPDATE projects SET poll_due_at = NULL")
	require.NoError(t, worker.Poll(b.ctx))
}

func TestPollRepositories_NewCommit_IsDeployedOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	b.poll(t, worker)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments"), "the project does not deploy by itself")

	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.poll(t, worker)
	b.poll(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE trigger = 'push' AND branch = 'main' AND commit_sha = $1", b.activities.head))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects JOIN environments USING (id) WHERE environments.last_seen_commit = $1 AND poll_error IS NULL", b.activities.head))

	b.activities.head = "2222222222222222222222222222222222222222"
	b.poll(t, worker)
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE state = 'superseded'"))

	// Nobody asked the api for them, and the audit log names them and their project all the same.
	require.Equal(t, 2, b.count(t, `SELECT count(*) FROM audit_events JOIN deployments ON deployments.id = audit_events.subject_id
		JOIN projects ON projects.id = deployments.project_id AND projects.slug = audit_events.details ->> 'project'
		WHERE action = 'deployment.create' AND actor_kind = 'platform' AND audit_events.organisation_id = $1`, b.organisation))
}

func TestPollRepositories_CommitThatSomebodyDeployed_IsNotDeployedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET auto_deploy = true")

	_, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Commit: b.activities.head, Trigger: TriggerManual})
	require.NoError(t, err)

	b.poll(t, b.newWorker(t))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
}

func TestPollRepositories_CommitStillToBeResolved_WaitsForTheNextPoll(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.create(t)
	b.poll(t, b.newWorker(t))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects JOIN environments USING (id) WHERE environments.last_seen_commit IS NULL AND polled_at IS NOT NULL"))
}

func TestPollRepositories_Trouble_IsRecordedAndForgotten(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	head := b.activities.head
	b.exec(t, "UPDATE projects SET auto_deploy = true")

	b.activities.head = ""
	b.poll(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error LIKE 'Something went wrong%' AND polled_at IS NOT NULL"))

	b.activities.head = head
	b.poll(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error IS NULL"))
}

func TestPollRepositories_RemotesThatNeverAnswer_CostNobodyElseTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.PollInterval = 10 * time.Millisecond
	b.exec(t, "UPDATE projects SET auto_deploy = true")

	// They would fill all places, both of remotes that have answered until now and of those that have not.
	for i := range pollsAtOnce + troubledAtOnce + 20 {
		b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, poll_error, polled_at)
			VALUES ($1, $2, 'Hung', $1::uuid::text, 'https://hung.example.com/app.git', $3, now() - interval '1 hour')`,
			id.New(), b.organisation, lo.EmptyableToPtr(lo.Ternary(i < troubledAtOnce+10, "It does not answer.", "")))
	}

	ctx, stop := context.WithCancel(b.ctx)
	ended := make(chan error, 1)
	b.activities.onHead = func(ctx context.Context, repositoryURL string) error {
		if strings.Contains(repositoryURL, "hung") {
			<-ctx.Done()

			return ctx.Err()
		}

		return nil
	}

	go func() { ended <- worker.pollRepositories(ctx, nil) }()

	// Two pushes, one after the other, are seen while no hung remote has ended.
	for _, commit := range []string{"1", "2"} {
		head := strings.Repeat(commit, 40)

		b.activities.mutex.Lock()
		b.activities.head = head
		b.activities.mutex.Unlock()

		require.Eventually(t, func() bool {
			return b.count(t, "SELECT count(*) FROM deployments WHERE commit_sha = $1", head) == 1
		}, pollTimeout, 5*time.Millisecond)
	}

	require.Zero(t, b.count(t, "SELECT count(*) FROM projects WHERE name = 'Hung' AND polled_at > now() - interval '1 minute'"))

	stop()
	<-ended //nolint:errcheck // That of the context, if it was looking for what is due just then.
}

func TestPollRepositories_WorkerThatStops_AsksNoLonger(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, asked := b.newWorker(t), make(chan struct{})
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.activities.onHead = func(ctx context.Context, _ string) error {
		close(asked)
		<-ctx.Done()

		return ctx.Err()
	}

	ended := make(chan error, 1)
	go func() { ended <- worker.pollRepositories(b.ctx, nil) }()

	<-asked
	close(worker.stopping)
	require.NoError(t, <-ended)
	require.Zero(t, b.count(t, "SELECT count(*) FROM projects WHERE polled_at IS NOT NULL"), "another worker asks at once")
}

func TestPollRepositories_RunsByTheClock(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.work(t)

	require.Eventually(t, func() bool { return b.count(t, "SELECT count(*) FROM deployments WHERE state = 'live'") == 1 },
		patienceOfTests, lookAgain/100)
}
