package workflows

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

func TestInsertJob_Unfinished_IsInsertedOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	for range 3 {
		require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
			return insertJob(b.ctx, worker.client, tx, kindRetire, arguments{DeploymentID: b.project})
		}))
	}

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE kind = 'retire' AND deployment_id = $1", b.project))

	b.exec(t, "UPDATE river.river_job SET state = 'completed', finalized_at = now()")
	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJob(b.ctx, worker.client, tx, kindRetire, arguments{DeploymentID: b.project})
	}), "a finished one stands in nobody's way")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM unfinished_jobs"))
}

func TestKinds_ThatDrain_MayTakeTheDrainTimeOnTop(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.DrainTime = time.Hour

	for _, name := range []string{kindRetire, kindMoveVMs} {
		k, err := kindOf(name)
		require.NoError(t, err)
		require.Greater(t, worker.timeout(k), worker.config.DrainTime+2*patience)
	}
}

// TestRiver_IsAsTheQueriesKnowIt fails when an upgrade of River changes what database/queries/river.sql and river_views.sql rely on.
func TestRiver_IsAsTheQueriesKnowIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	listening, err := b.pool.Acquire(b.ctx)
	require.NoError(t, err)
	t.Cleanup(listening.Release)

	_, err = listening.Exec(b.ctx, `LISTEN "river.river_insert"`)
	require.NoError(t, err)

	// River's own notification of a job, and ours, are the same.
	_, err = worker.client.Insert(b.ctx, arguments{kind: kindRetire, DeploymentID: b.project}, nil)
	require.NoError(t, err)

	theirs, err := listening.Conn().WaitForNotification(b.ctx)
	require.NoError(t, err)
	require.NoError(t, b.queries.NotifyJob(b.ctx, "default"))

	ours, err := listening.Conn().WaitForNotification(b.ctx)
	require.NoError(t, err)
	require.Equal(t, theirs.Channel, ours.Channel)
	require.JSONEq(t, theirs.Payload, ours.Payload)

	// River writes these states, columns and metadata, and has the leader in this table.
	b.runWorker(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_leader WHERE leader_id = $1", worker.Name())

	first := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 7, b.count(t, `SELECT count(*) FROM river.river_job
		WHERE args @> jsonb_build_object('deployment_id', $1::uuid) AND state = 'completed' AND attempt = 1
			AND attempted_by[array_upper(attempted_by, 1)] = $2`, first.ID, worker.Name()))

	began := make(chan struct{}, 1)
	b.activities.mutex.Lock()
	b.activities.block = map[string]chan struct{}{"build": began}
	b.activities.mutex.Unlock()

	blocked := b.create(t)
	receive(t, began, "the build did not begin")

	owners, err := b.queries.ListJobOwners(b.ctx)
	require.NoError(t, err)
	require.Equal(t, []string{worker.Name()}, owners)

	_, err = b.deployments.Cancel(b.ctx, blocked.ID, nil)
	require.NoError(t, err)
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'deploy.build' AND state = 'cancelled' AND metadata ? 'cancel_attempted_at'")
}

func TestReap_JobThatCannotBeRead_KeepsNoneOfTheOthersFromBeingTakenOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	deployment := b.create(t)

	// Both belong to a worker that is dead. The first cannot be decoded.
	b.exec(t, "UPDATE river.river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{dead}'")
	b.exec(t, `INSERT INTO river.river_job (kind, queue, args, state, max_attempts, attempt, attempted_at, attempted_by)
		VALUES ('retire', 'retire', '{"deployment_id": 7}', 'running', 10, 1, now(), '{dead}')`)

	require.NoError(t, worker.reapOnce(b.ctx))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'discarded'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'available' AND kind = 'deploy.clone' AND args @> jsonb_build_object('deployment_id', $1::uuid)",
		deployment.ID))
}

func TestReap_JobEndsItsWorkersAgainAndAgain_WaitsLongerEachTime(t *testing.T) {
	t.Parallel()

	require.Zero(t, pauseAfterDeath(1))
	require.Zero(t, pauseAfterDeath(3))
	require.Equal(t, time.Second, pauseAfterDeath(4))
	require.Equal(t, maxBackoff, pauseAfterDeath(40))

	b := setup(t)
	worker := b.newWorker(t)
	b.create(t)

	tried, err := json.Marshal(metadata{Tried: 5})
	require.NoError(t, err)
	b.exec(t, "UPDATE river.river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{dead}', metadata = $1", string(tried))

	require.NoError(t, worker.reapOnce(b.ctx))
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM river.river_job
		WHERE state = 'scheduled' AND kind = 'deploy.clone' AND metadata @> '{"zeitwork_tried": 6}'`))
}

func TestDeployments_OneOfAProjectIsLive(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)
	b.await(t, b.create(t).ID, stateLive)

	_, err := b.pool.Exec(b.ctx, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state)
		VALUES (gen_random_uuid(), $1, 'flip_route', 'manual', 'main', '', 'live')`, b.project)
	require.ErrorContains(t, err, "deployments_live_in")
}
