package main

import (
	"context"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestNode_CutOff_ItsVMsArePlacedElsewhereAndRemovedWhenItReturns(t *testing.T) {
	h := platform(t, usualTraffic)
	node := h.cluster.Nodes()[1].Name
	require.NotZero(t, h.healthyOn(t, node), "what is looked for afterwards is what is there before")

	began := time.Now()
	require.NoError(t, h.cluster.CutOff(node))
	t.Cleanup(func() { _ = h.cluster.Reconnect(node) })

	h.movesAway(t, node)
	t.Logf("placed elsewhere %s after the node was cut off", time.Since(began).Round(time.Millisecond))

	held, err := h.machines[1].look(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, held.running, "nobody can tell the node to stop them")

	require.NoError(t, h.cluster.Reconnect(node))
	h.holds(t)
	h.nothingFailed(t, true)
}

func TestDrain_VMsMoveFirstAndAreStoppedAfter(t *testing.T) {
	h := platform(t, usualTraffic)
	node := h.cluster.Nodes()[0].Name
	require.NotZero(t, h.healthyOn(t, node), "what is looked for afterwards is what is there before")

	began := time.Now()
	require.NoError(t, h.setNode(t.Context(), node, client.NodeUpdateStateDraining))
	t.Cleanup(func() {
		require.NoError(t, h.setNode(context.WithoutCancel(t.Context()), node, client.NodeUpdateStateReady))
	})

	h.movesAway(t, node)
	t.Logf("drained in %s", time.Since(began).Round(time.Millisecond))

	h.holds(t)

	held, err := h.machines[0].look(t.Context())
	require.NoError(t, err)

	r, err := readRows(t.Context(), h.pool)
	require.NoError(t, err)
	require.Empty(t, lo.Filter(r.vms, func(vm vmRow, _ int) bool {
		return vm.Node == node && lo.HasKey(r.needed(), vm.DeploymentID) && !r.needed()[vm.DeploymentID].Warm
	}))
	require.LessOrEqual(t, len(held.running), len(r.vms))

	h.nothingFailed(t, true)
}

// movesAway requires that no live deployment has a running VM on the node soon, and that at every moment each has enough
// healthy ones.
func (h *harness) movesAway(t *testing.T, node string) {
	t.Helper()

	const patience = time.Minute

	require.Eventually(t, func() bool {
		r, err := readRows(t.Context(), h.pool)
		require.NoError(t, err)

		gone := true

		for _, p := range h.projects() {
			live, ok := r.live(p)
			require.True(t, ok)

			healthy := lo.Filter(r.vms, func(vm vmRow, _ int) bool {
				return vm.DeploymentID == live.ID && vm.State == "healthy" && vm.DesiredState == "running"
			})
			require.GreaterOrEqual(t, len(healthy), instances, "%s has too few VMs", p.sample.name)

			gone = gone && !lo.SomeBy(healthy, func(vm vmRow) bool { return vm.Node == node })
		}

		return gone
	}, patience, 50*time.Millisecond)
}

func (h *harness) healthyOn(t *testing.T, node string) int {
	t.Helper()

	r, err := readRows(t.Context(), h.pool)
	require.NoError(t, err)

	live, _ := r.live(h.web)

	return lo.CountBy(r.vms, func(vm vmRow) bool { return vm.Node == node && vm.DeploymentID == live.ID && vm.State == "healthy" })
}
