package workflows

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	commitA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commitB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	commitC = "cccccccccccccccccccccccccccccccccccccccc"
)

// head has the branch point at a commit.
func (b *testBundle) head(commit string) {
	b.activities.mutex.Lock()
	defer b.activities.mutex.Unlock()

	b.activities.head = commit
}

// byHand deploys a commit as somebody who asks for it does, and waits until it is live.
func (b *testBundle) byHand(t *testing.T, commit string) database.Deployment {
	t.Helper()

	deployment, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Commit: commit, Trigger: TriggerManual})
	require.NoError(t, err)

	return b.await(t, deployment.ID, stateLive)
}

// rollback goes back to a deployment and waits until that is live.
func (b *testBundle) rollback(t *testing.T, to uuid.UUID) database.Deployment {
	t.Helper()

	deployment, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: to})
	require.NoError(t, err)

	return b.await(t, deployment.ID, stateLive)
}

// push has the branch point at a commit, polls, and returns the deployment that comes of it.
func (b *testBundle) push(t *testing.T, worker *Worker, commit string) database.Deployment {
	t.Helper()

	b.head(commit)
	b.poll(t, worker)

	rows, err := b.queries.ListNewestDeployments(b.ctx, b.project, "main", 1)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, commit, *rows[0].CommitSHA)
	require.Equal(t, string(TriggerPush), rows[0].Trigger)

	return rows[0]
}

// deploysByItself turns polling on for the project.
func (b *testBundle) deploysByItself(t *testing.T) {
	t.Helper()

	b.exec(t, "UPDATE projects SET auto_deploy = true")
}

func TestPollRepositories_CommitDeployedByHandAndRolledBack_StaysRolledBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)
	b.head(commitA)

	worker := b.work(t)
	first := b.byHand(t, commitA)
	b.poll(t, worker)

	// Pushed, deployed by hand before the next poll, and found to be bad.
	b.head(commitB)
	b.byHand(t, commitB)
	back := b.rollback(t, first.ID)

	b.poll(t, worker)
	b.poll(t, worker)
	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM deployments"), "the poll must not undo the rollback")
	require.Equal(t, stateLive, b.get(t, back.ID).State)
}

func TestPollRepositories_BranchSetBackToACommitOfLongAgo_IsDeployed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)
	worker := b.work(t)

	b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.await(t, b.push(t, worker, commitB).ID, stateLive)
	b.await(t, b.push(t, worker, commitA).ID, stateLive)
}

func TestRollback_PinsTheProject_PushesAreBuiltAndHeldUntilItIsUnpinned(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)
	worker := b.work(t)

	first := b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.await(t, b.push(t, worker, commitB).ID, stateLive)
	back := b.rollback(t, first.ID)

	held := b.push(t, worker, commitC)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL AND image_id IS NOT NULL AND step = 'schedule'", held.ID)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	b.exec(t, "UPDATE deployments SET created_at = created_at - interval '1 minute' WHERE id = $1", held.ID)
	require.NoError(t, worker.reconcile(b.ctx, nil), "reconcile does not take it for stranded")

	require.Equal(t, 0, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE deployment_id = $1", held.ID))
	require.Equal(t, 0, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1", held.ID), "nothing of it runs")
	require.Equal(t, "schedule 1 held", b.steps(t, held.ID)[4])
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployment_steps WHERE deployment_id = $1 AND waiting_for LIKE '%zeitwork unpin%'", held.ID))
	require.Equal(t, stateLive, b.get(t, back.ID).State)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE kind = 'generated' AND deployment_id = $1", back.ID))

	b.exec(t, "UPDATE deployments SET created_at = created_at + interval '1 minute' WHERE id = $1", held.ID)

	resumed, err := b.deployments.Unpin(b.ctx, b.project, uuid.Nil, nil)
	require.NoError(t, err)
	require.Equal(t, held.ID, resumed.ID)

	live := b.await(t, held.ID, stateLive)
	require.Nil(t, live.HeldAt)
	require.Equal(t, "schedule 2 succeeded", b.steps(t, held.ID)[5])
	require.Equal(t, []string{eventPinned, eventUnpinned}, b.events(t))

	_, err = b.deployments.Unpin(b.ctx, b.project, uuid.Nil, nil)
	require.Equal(t, problem.Conflict, problem.CodeOf(err))
}

func TestPin_PushWhileTheRollbackIsOnItsWay_LeavesItAloneAndIsHeld(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)
	worker := b.work(t)

	first := b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.await(t, b.push(t, worker, commitB).ID, stateLive)

	b.exec(t, "UPDATE vms SET memory_bytes = memory_bytes + 1") // So that the rollback takes no warm VM over.
	b.node.reports("starting", "", "")

	back, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND step = 'health_check'", back.ID)

	held := b.push(t, worker, commitC)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL", held.ID)

	b.node.reports("healthy", "", "")
	b.await(t, back.ID, stateLive)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pinned_by_id = $1", back.ID))
	require.NotNil(t, b.get(t, held.ID).HeldAt)
}

func TestPin_NewerPush_SupersedesTheOneThatIsHeld(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)
	worker := b.work(t)

	first := b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.rollback(t, first.ID)

	older := b.push(t, worker, commitB)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL", older.ID)

	newer := b.push(t, worker, commitC)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL", newer.ID)
	require.Equal(t, stateSuperseded, b.get(t, older.ID).State)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployment_steps WHERE deployment_id = $1 AND waiting_for IS NOT NULL", older.ID))
}

func TestPin_DeploymentAskedForByHand_Unpins(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)
	worker := b.work(t)

	first := b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.rollback(t, first.ID)

	held := b.push(t, worker, commitB)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL", held.ID)

	b.byHand(t, commitC)
	require.Equal(t, stateSuperseded, b.get(t, held.ID).State)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pinned_by_id IS NULL"))

	b.await(t, b.push(t, worker, commitA).ID, stateLive)
}

func TestPin_RollbackEndsWithoutBeingLive_TheProjectIsUnpinnedAndThePushGoesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.deploysByItself(t)

	worker := b.newWorker(t)
	worker.config.HealthTimeout = time.Hour
	b.runWorker(t, worker)

	first := b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.await(t, b.push(t, worker, commitB).ID, stateLive)

	b.exec(t, "UPDATE vms SET memory_bytes = memory_bytes + 1") // So that the rollback takes no warm VM over.
	b.node.reports("starting", "", "")

	back, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND step = 'health_check'", back.ID)

	_, err = b.deployments.Cancel(b.ctx, back.ID, nil)
	require.NoError(t, err)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pinned_by_id IS NULL"))

	b.node.reports("healthy", "", "")
	b.await(t, b.push(t, worker, commitC).ID, stateLive)
}

// events are the kinds of the project's events, oldest first.
func (b *testBundle) events(t *testing.T) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, "SELECT kind FROM project_events ORDER BY id")
	require.NoError(t, err)

	kinds, err := collectStrings(rows)
	require.NoError(t, err)

	return kinds
}
