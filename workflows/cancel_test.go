package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// blockBuilds makes builds of one deployment run until their context ends.
func (b *testBundle) blockBuilds(blocked func(deployment uuid.UUID) bool) (began, ended <-chan struct{}) {
	beginning, ending := make(chan struct{}, 1), make(chan struct{}, 1)

	b.activities.setBuild(func(ctx context.Context, request activities.BuildRequest, _ func(activities.LogLine)) error {
		if !blocked(request.DeploymentID) {
			return nil
		}

		beginning <- struct{}{}
		<-ctx.Done()
		ending <- struct{}{}

		return ctx.Err()
	})

	return beginning, ending
}

func all(uuid.UUID) bool { return true }

func receive(t *testing.T, from <-chan struct{}, what string) {
	t.Helper()

	select {
	case <-from:
	case <-time.After(patienceOfTests):
		require.Fail(t, what)
	}
}

func TestCancel_DuringTheBuild_EndsIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	began, ended := b.blockBuilds(all)
	b.work(t)

	deployment := b.create(t)
	receive(t, began, "the build did not begin")

	audited := 0
	also := func(context.Context, *database.Queries, uuid.UUID) error {
		audited++

		return nil
	}

	cancelled, err := b.deployments.Cancel(b.ctx, deployment.ID, also)
	require.NoError(t, err)
	require.Equal(t, stateCancelled, cancelled.State)
	require.NotNil(t, cancelled.EndedAt)

	receive(t, ended, "the build did not end")
	require.Equal(t, "build 1 cancelled", b.steps(t, deployment.ID)[2])
	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'cancelled' AND kind = 'deploy.build'") == 1
	}, patienceOfTests, 10*time.Millisecond)

	again, err := b.deployments.Cancel(b.ctx, deployment.ID, also)
	require.NoError(t, err)
	require.Equal(t, cancelled.EndedAt, again.EndedAt)
	require.Equal(t, 1, audited, "the second time nothing changes")
}

func TestCancel_AtEveryStep_LeavesNothing(t *testing.T) {
	t.Parallel()

	for step, at := range map[string]struct {
		activity string                            // Blocked, so that the step is under way.
		prepare  func(t *testing.T, b *testBundle) // Where no activity takes part.
	}{
		stepClone:  {activity: "clone"},
		stepDetect: {activity: "open"},
		stepBuild:  {activity: "build"},
		stepPush:   {activity: "publish"},
		stepRelease: {prepare: func(t *testing.T, b *testBundle) {
			t.Helper()
			b.setReleaseCommand(t, "sleep 60")
			b.node.releases("running", 0)
		}},
		stepSchedule:    {prepare: func(t *testing.T, b *testBundle) { t.Helper(); b.exec(t, "UPDATE nodes SET state = 'draining'") }},
		stepHealthCheck: {prepare: func(t *testing.T, b *testBundle) { t.Helper(); b.node.reports("starting", "", "") }},
		stepFlipRoute: {prepare: func(t *testing.T, b *testBundle) {
			t.Helper()
			// The transaction fails again and again.
			b.exec(t, "ALTER TABLE domains ADD CONSTRAINT refuse CHECK (deployment_id IS NULL)")
		}},
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			began := make(chan struct{}, 1)
			b.activities.block = map[string]chan struct{}{at.activity: began}

			if at.prepare != nil {
				at.prepare(t, b)
			}

			b.work(t)

			deployment := b.create(t)
			b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE step = $1 AND state IN ('running', 'retrying')", step)

			_, err := b.deployments.Cancel(b.ctx, deployment.ID, nil)
			require.NoError(t, err)

			b.awaitCount(t, 0, `SELECT count(*) FROM river.river_job
				WHERE kind NOT IN ('poll_repositories', 'reconcile') AND state NOT IN ('completed', 'cancelled', 'discarded')`)
			require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE removed_at IS NULL"))
			require.Zero(t, b.count(t, "SELECT count(*) FROM deployment_steps WHERE state = 'running' OR waiting_for IS NOT NULL"))
			require.Equal(t, stateCancelled, b.get(t, deployment.ID).State)
		})
	}
}

func TestCancel_TheNotificationIsLost_ReachesTheRunningStepAllTheSame(t *testing.T) {
	t.Parallel()

	b := setup(t)
	began, ended := b.blockBuilds(all)
	b.work(t)

	deployment := b.create(t)
	receive(t, began, "the build did not begin")

	// As a transaction of another process whose notifications nobody hears.
	b.exec(t, "UPDATE deployments SET state = 'cancelled', ended_at = now() WHERE id = $1", deployment.ID)
	receive(t, ended, "the build did not end")
}

func TestCancel_BeforeAWorkerBegan_NothingRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.create(t)
	_, err := b.deployments.Cancel(b.ctx, deployment.ID, nil)
	require.NoError(t, err)

	b.work(t)
	b.await(t, b.create(t).ID, stateLive)
	require.Empty(t, b.steps(t, deployment.ID))
}

func TestCancel_DuringTheHealthCheck_RemovesTheVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")
	b.work(t)

	deployment := b.create(t)
	require.Eventually(t, func() bool { return b.get(t, deployment.ID).Step == stepHealthCheck }, patienceOfTests, 5*time.Millisecond)

	_, err := b.deployments.Cancel(b.ctx, deployment.ID, nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NOT NULL", deployment.ID) == 1
	}, patienceOfTests, 10*time.Millisecond)
}

func TestCancel_Live_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	deployment := b.await(t, b.create(t).ID, stateLive)

	_, err := b.deployments.Cancel(b.ctx, deployment.ID, nil)
	require.Equal(t, problem.Conflict, problem.CodeOf(err))

	_, err = b.deployments.Cancel(b.ctx, id.New(), nil)
	require.Equal(t, problem.NotFound, problem.CodeOf(err))
}

func TestCreate_SupersedesWhatIsOnItsWayInTheEnvironment(t *testing.T) {
	t.Parallel()

	b := setup(t)

	var older uuid.UUID

	began, ended := b.blockBuilds(func(deployment uuid.UUID) bool { return deployment == older })

	first := b.create(t)
	older = first.ID

	b.work(t)
	receive(t, began, "the build did not begin")

	// Of another environment.
	other, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Branch: "other", Preview: true, Trigger: TriggerManual})
	require.NoError(t, err)
	b.await(t, other.ID, stateLive)
	require.Equal(t, stateDeploying, b.get(t, first.ID).State)

	second := b.create(t)
	require.Equal(t, stateSuperseded, b.get(t, first.ID).State)
	receive(t, ended, "the build did not end")
	b.await(t, second.ID, stateLive)
	require.Equal(t, stateSuperseded, b.get(t, first.ID).State)
	require.Equal(t, stateLive, b.get(t, other.ID).State)
}

func TestDeleteProject_CancelsAndRetiresEverything(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	live := b.await(t, b.create(t).ID, stateLive)

	began, ended := b.blockBuilds(all)
	underWay := b.create(t)

	receive(t, began, "the build did not begin")

	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return b.deployments.endProject(b.ctx, tx, b.project)
	}))
	receive(t, ended, "the build did not end")
	require.Equal(t, stateCancelled, b.get(t, underWay.ID).State)
	require.Equal(t, stateRetired, b.get(t, live.ID).State)
	b.awaitRemoved(t, live.ID)
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE removed_at IS NULL"))
}
