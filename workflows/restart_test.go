package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const servingVMs = "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'healthy' AND desired_state = 'running'"

func TestRestart_EveryInstanceIsReplacedOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET instances = 2")
	b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	told := uuid.Nil
	require.NoError(t, b.deployments.Restart(b.ctx, deployment.ID, func(_ context.Context, _ *database.Queries, restarted uuid.UUID) error {
		told = restarted

		return nil
	}))
	require.Equal(t, deployment.ID, told)

	b.awaitCount(t, 2, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'removed'", deployment.ID)
	b.awaitCount(t, 2, servingVMs, deployment.ID)
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind IN ('restart', 'move_vms') AND state <> 'completed'")
	require.Equal(t, 4, b.count(t, "SELECT count(*) FROM vms"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE message LIKE 'Instances are restarted (2)%'"))
}

func TestRestart_NoRoomForAnother_LeavesWhatRunsAndSaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, "UPDATE nodes SET memory_bytes = (SELECT sum(memory_bytes + $1) FROM vms)", overhead)
	require.NoError(t, b.deployments.Restart(b.ctx, deployment.ID, nil))

	b.awaitCount(t, 1, "SELECT count(*) FROM project_events WHERE message LIKE 'The instances were not restarted%No node has room%'")
	require.Zero(t, b.count(t, "SELECT count(*) FROM project_events WHERE message LIKE '%free%'"), "members read it")
	require.Equal(t, 1, b.count(t, servingVMs, deployment.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"))
}

func TestRestart_OfWhatIsNotLive_IsAConflict(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, problem.Conflict, problem.CodeOf(b.deployments.Restart(b.ctx, b.create(t).ID, nil)))
}

func TestRestart_WhileVMsAreBeingReplaced_WaitsForTheEndOfThat(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	// A job that has passed the point at which it would see VMs that are placed now.
	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJobLike(b.ctx, worker.inserter, tx, kindMoveVMs, arguments{DeploymentID: deployment.ID}, 0, time.Hour)
	}))
	b.exec(t, `UPDATE river.river_job SET state = 'running', attempted_at = now(),
		attempted_by = (SELECT attempted_by FROM river.river_job WHERE attempted_by IS NOT NULL LIMIT 1) WHERE kind = 'move_vms'`)

	require.NoError(t, b.deployments.Restart(b.ctx, deployment.ID, nil))
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'restart' AND state = 'running'")
	require.ErrorIs(t, worker.tryRestart(b.ctx, &river.Job[arguments]{
		JobRow: &rivertype.JobRow{CreatedAt: time.Now().Add(time.Minute)}, Args: arguments{DeploymentID: deployment.ID},
	}), errMoving)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"), "what was placed is taken back")

	b.exec(t, "UPDATE river.river_job SET state = 'cancelled', finalized_at = now() WHERE kind = 'move_vms'")
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'removed'", deployment.ID)
	b.awaitCount(t, 1, servingVMs, deployment.ID)
}
