package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMoveVMs_NodeOutOfReachOfEdgesForItsLease_ItsVMsArePlacedElsewhere_AndItGetsNoOthers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)

	deployment := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, b.node.id))

	// It reports all the while.
	b.exec(t, "UPDATE nodes SET unreachable_because = 'Stopped.', unreachable_since = now() - interval '30 seconds'")
	other := b.addNode(t, "n2", "10.79.2.0/24")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"), "half a minute is within the lease")

	b.exec(t, "UPDATE nodes SET unreachable_since = now() - interval '2 minutes' WHERE id = $1", b.node.id)
	b.reconciling(t, worker)
	b.awaitCount(t, 1, healthyOn, deployment.ID, other)
	b.awaitCount(t, 0, "SELECT count(*) FROM vms WHERE node_id = $1 AND removed_at IS NULL", b.node.id)
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"), "it is replaced once")

	// The node has the most room by now.
	next := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 1, b.count(t, healthyOn, next.ID, other))
}
