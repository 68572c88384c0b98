package workflows

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

// previousOf returns the hostname of the deployment before that the project's own hostname names, and whether it leads to a VM.
func (b *testBundle) previousOf(t *testing.T) (previous string, routed bool) {
	t.Helper()

	rows, err := b.queries.ListRoutes(b.ctx)
	require.NoError(t, err)

	for _, row := range rows {
		if row.Previous != "" {
			previous = row.Previous
		}
	}

	return previous, lo.ContainsBy(rows, func(row database.ListRoutesRow) bool { return row.Hostname == previous && row.VMID != nil })
}

func TestFlipRoute_DeploymentBefore_IsNamedWhileWarmAndStopsOnceEdgesKnow(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)
	b.addEdge(t, "e1")

	first := b.await(t, b.create(t).ID, stateLive)
	previous, _ := b.previousOf(t)
	require.Empty(t, previous)

	b.await(t, b.create(t).ID, stateLive)

	var own string

	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT hostname FROM domains WHERE kind = 'deployment' AND deployment_id = $1", first.ID).Scan(&own))

	previous, routed := b.previousOf(t)
	require.Equal(t, own, previous)
	require.True(t, routed)

	// The edge has not heard of what follows.
	b.exec(t, "UPDATE edges SET acknowledged_version = (SELECT version FROM route_table)")
	b.exec(t, "UPDATE deployments SET warm_until = now() WHERE id = $1", first.ID)
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, drainingVMs, first.ID)

	_, routed = b.previousOf(t)
	require.False(t, routed, "newer tables lead to none of its VMs")
	require.Zero(t, b.count(t, stoppedVMs, first.ID))

	b.exec(t, "UPDATE edges SET acknowledged_version = 1000000")
	b.awaitRemoved(t, first.ID)

	previous, _ = b.previousOf(t)
	require.Empty(t, previous)
}
