package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestReconcile_MendsWhatNoJobCarries(t *testing.T) {
	t.Parallel()

	b := setup(t)
	stranded := b.create(t)
	b.exec(t, "DELETE FROM river.river_job")
	b.exec(t, "UPDATE deployments SET created_at = now() - interval '1 minute'")

	// A failed deployment whose VM nobody has removed.
	leftover := id.New()
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, ended_at, created_at)
		VALUES ($1, $2, 'health_check', 'manual', 'old', '', 'failed', now() - interval '1 minute', now() - interval '1 hour')`, leftover, b.project)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes)
		VALUES ($1, $2, $3, '10.79.1.9', 80, 100, 1000)`, id.New(), leftover, b.node.id)

	// A live one that lost its domains to a younger one, without a job to retire it.
	forgotten, younger := id.New(), id.New()
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, ended_at, created_at, route_version) VALUES
		($1, $3, 'flip_route', 'manual', 'old', '', 'live', now() - interval '1 hour', now() - interval '3 hours', 1),
		($2, $3, 'flip_route', 'manual', 'old', '', 'live', now() - interval '1 minute', now() - interval '2 hours', 2)`,
		forgotten, younger, b.project)
	b.exec(t, "UPDATE domains SET deployment_id = $1", younger)
	b.exec(t, "INSERT INTO route_table (id, version) VALUES (1, 2)")

	b.work(t)
	b.await(t, stranded.ID, stateLive)
	b.await(t, forgotten, stateRetired)
	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NULL", leftover) == 0
	}, patienceOfTests, 10*time.Millisecond)
}

func TestReconcile_NodeVanished_ItsVMsAreReplacedOnAnother(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	deployment := b.await(t, b.create(t).ID, stateLive)
	running := "SELECT count(*) FROM vms WHERE deployment_id = $1 AND node_id = $2 AND desired_state = 'running' AND state = 'healthy'"
	require.Equal(t, 1, b.count(t, running, deployment.ID, b.node.id))

	worker := b.newWorker(t)

	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '30 seconds'")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, 1, b.count(t, running, deployment.ID, b.node.id), "half a minute is not long enough")

	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '2 minutes'")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, 1, b.count(t, running, deployment.ID, b.node.id), "there is no other node")

	other := b.addNode(t, "n2", "10.79.2.0/24")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, running, deployment.ID, b.node.id))
	require.Eventually(t, func() bool { return b.count(t, running, deployment.ID, other) == 1 }, patienceOfTests, 10*time.Millisecond)

	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"), "it is replaced once")
}

func TestReconcile_OneThingCannotBeMended_TheRestIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	lost := b.create(t)
	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE deployments SET state = 'live', step = 'flip_route' WHERE id = $1", lost.ID)
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE id = $1", b.node.id)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes)
		VALUES ($1, $2, $3, '10.79.1.9', 80, 100, 1000)`, id.New(), lost.ID, b.node.id)

	b.exec(t, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`)
	b.exec(t, "CREATE TRIGGER refuse BEFORE INSERT ON vms FOR EACH ROW EXECUTE FUNCTION refuse()")

	stranded := b.create(t)
	b.exec(t, "DELETE FROM river.river_job")
	b.exec(t, "UPDATE deployments SET created_at = now() - interval '1 minute' WHERE id = $1", stranded.ID)

	require.ErrorContains(t, b.newWorker(t).reconcile(b.ctx, nil), "refused")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'deploy.clone'"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1", other))
}
