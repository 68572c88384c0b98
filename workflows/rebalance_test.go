package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rebalancing returns a worker that moves instances which have been on their node for a minute, whenever the test has it do so. Another one does the rest.
func (b *testBundle) rebalancing(t *testing.T) *Worker {
	t.Helper()

	b.work(t)

	worker := b.newWorker(t)
	worker.config.RebalanceAfter, worker.config.RebalanceGap = time.Minute, 20

	return worker
}

// settle rebalances until nothing is moved any more, and returns how many moves that took. Instances count as settled at once.
func (b *testBundle) settle(t *testing.T, worker *Worker) (moves int) {
	t.Helper()

	const jobs = "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"

	for {
		b.exec(t, "UPDATE vms SET created_at = created_at - interval '2 minutes'")

		before := b.count(t, jobs)
		require.NoError(t, worker.rebalance(b.ctx, nil))

		if b.count(t, jobs) == before {
			return moves
		}

		moves++

		require.LessOrEqual(t, moves, 20, "it does not end")
		b.awaitCount(t, 0, jobs+" AND finalized_at IS NULL")
		b.awaitCount(t, 0, "SELECT count(*) FROM vms WHERE desired_state <> 'running' AND removed_at IS NULL")
	}
}

func TestRebalance_NodeIsAdded_TakesOverInstancesOneByOneAndThenNothingMoves(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE nodes SET memory_bytes = $1", 6*(512<<20+overhead))
	worker := b.rebalancing(t)

	b.exec(t, "UPDATE projects SET instances = 2")
	spread := b.await(t, b.create(t).ID, stateLive)

	for range 3 {
		b.deploy(t, b.addProject(t, 512<<20, 1))
	}

	require.Zero(t, b.settle(t, worker), "there is no other node")

	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET memory_bytes = $1", 6*(512<<20+overhead))

	// Nothing moves that has only just been placed, nor where operators do not want it.
	b.exec(t, "UPDATE vms SET created_at = now()")
	require.NoError(t, worker.rebalance(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1", other))
	b.exec(t, "UPDATE vms SET created_at = created_at - interval '2 minutes'")
	worker.config.RebalanceAfter = 0
	require.NoError(t, worker.rebalance(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1", other))
	worker.config.RebalanceAfter = time.Minute

	// The old one serves until the new one is healthy.
	b.node.reports("starting", "", "")
	b.node.freeze(true)
	b.exec(t, "UPDATE vms SET state = 'healthy'")
	require.NoError(t, worker.rebalance(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1 AND deployment_id = $2", other, spread.ID), "what is not spread goes first")
	require.Equal(t, 2, b.count(t, healthyOn, spread.ID, b.node.id))
	require.NoError(t, worker.rebalance(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1", other), "one at a time")
	b.node.reports("healthy", "", "")
	b.node.freeze(false)
	b.awaitCount(t, 1, healthyOn, spread.ID, other)
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms' AND finalized_at IS NULL")
	b.awaitCount(t, 4, "SELECT count(*) FROM vms WHERE node_id = $1 AND removed_at IS NULL", b.node.id)

	// Of six places of each node four and one are held now, then three and two.
	require.Equal(t, 1, b.settle(t, worker))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1 AND removed_at IS NULL", other))
	require.Zero(t, b.settle(t, worker), "it stays as it is")

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE deployment_id = $1 AND message = $2", spread.ID,
		"An instance moves to another node, as several of its deployment were on one node. It serves until the one there is healthy."))
	require.Equal(t, 2, b.count(t, `SELECT count(*) FROM audit_events
		WHERE action = 'deployment.rebalance' AND details ->> 'to' = 'n2' AND actor_kind = 'platform'`))
}

func TestRebalance_ReplacementNeverBecomesHealthy_ItIsGivenUpAndNotTriedAgainSoon(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.rebalancing(t)
	b.exec(t, "UPDATE projects SET instances = 2")
	deployment := b.await(t, b.create(t).ID, stateLive)
	other := b.addNode(t, "n2", "10.79.2.0/24")

	b.node.freeze(true)
	b.exec(t, "UPDATE vms SET created_at = created_at - interval '2 minutes'")
	require.NoError(t, worker.rebalance(b.ctx, nil))
	b.exec(t, "UPDATE vms SET state = 'running', unhealthy_for = '10 minutes', created_at = created_at - interval '2 minutes' WHERE node_id = $1", other)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE node_id = $1 AND desired_state = 'stopped'", other)
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms' AND finalized_at IS NULL")
	require.Equal(t, 2, b.count(t, healthyOn, deployment.ID, b.node.id), "those that serve stay")

	require.NoError(t, worker.rebalance(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1", other))
}
