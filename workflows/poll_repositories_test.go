package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// poll lets a worker that runs nothing else look at the repositories once.
func (b *testBundle) poll(t *testing.T, worker *Worker) {
	t.Helper()

	b.exec(t, "UPDATE projects SET polled_at = NULL")
	require.NoError(t, worker.pollRepositories(b.ctx, nil))
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

func TestPollRepositories_RunsByTheClock(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.work(t)

	require.Eventually(t, func() bool { return b.count(t, "SELECT count(*) FROM deployments WHERE state = 'live'") == 1 },
		patienceOfTests, lookAgain/100)
}
