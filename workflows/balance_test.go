package workflows

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// fleetOf is nodes with instances, which a test moves as the platform would.
type fleetOf struct {
	nodes     []database.Node
	instances []placedInstance
}

func (f *fleetOf) node(region, rack string, gibibytes int64) database.Node {
	node := nodeWith(fmt.Sprintf("n%d", len(f.nodes)), 100_000, gibibytes<<30)
	node.Region, node.Labels = region, []byte(`{"rack":"`+rack+`"}`)
	f.nodes = append(f.nodes, node)

	return node
}

// run places instances of a deployment.
func (f *fleetOf) run(deployment uuid.UUID, mebibytes int64, on ...database.Node) {
	for _, node := range on {
		f.instances = append(f.instances, placedInstance{
			id: id.New(), deployment: deployment, node: node.ID, movable: true, need: need{cpuMillis: 100, memoryBytes: mebibytes << 20},
		})
	}
}

func (f *fleetOf) balance() *balance {
	usage := map[uuid.UUID]database.ListNodeUsageRow{}

	for _, instance := range f.instances {
		row := usage[instance.node]
		row.NodeID, row.CPUMillis, row.MemoryBytes = instance.node, row.CPUMillis+instance.need.cpuMillis, row.MemoryBytes+instance.need.memoryBytes
		row.Holding, row.Addresses = row.Holding+1, row.Addresses+1
		usage[instance.node] = row
	}

	return newBalance(candidates(f.nodes, slices.Collect(maps.Values(usage))), f.instances)
}

// settle moves instance by instance until nothing is to be moved, and returns the reasons.
func (f *fleetOf) settle(t *testing.T) []string {
	t.Helper()

	var reasons []string

	for {
		before := f.balance()

		found := before.next(0.2)
		if found == nil {
			return reasons
		}

		require.Equal(t, found.from.node.Region, found.to.node.Region)
		require.True(t, found.to.fits(found.instance.need))

		_, at, _ := lo.FindIndexOf(f.instances, func(i placedInstance) bool { return i.id == found.instance.id })
		f.instances[at].node = found.to.node.ID
		reasons = append(reasons, found.reason)

		require.Positive(t, f.balance().measure().compare(before.measure()), "each move makes it better: %s", found.reason)
	}
}

// measured is how well instances are spread: fewer pairs on a node, then fewer pairs in a rack, then more memory on the nodes with the least.
type measured struct {
	onNode, inRack int
	free           []int64
}

func (b *balance) measure() measured {
	pairs := func(counts []int) int { return lo.SumBy(counts, func(n int) int { return n * (n - 1) / 2 }) }

	return measured{
		onNode: pairs(slices.Collect(maps.Values(b.onNode))), inRack: pairs(slices.Collect(maps.Values(b.inRack))),
		free: slices.Sorted(maps.Values(b.free)),
	}
}

func (m measured) compare(other measured) int {
	if order := other.onNode - m.onNode; order != 0 {
		return order
	}

	if order := other.inRack - m.inRack; order != 0 {
		return order
	}

	return slices.Compare(m.free, other.free)
}

func TestBalance_NodeIsAdded_TakesOverUntilItHasAsMuch(t *testing.T) {
	t.Parallel()

	f := &fleetOf{}
	full := f.node("eu", "r1", 16)

	for range 24 {
		f.run(id.New(), 512, full)
	}

	require.Empty(t, f.settle(t), "there is no other node")

	added := f.node("eu", "r2", 16)
	f.node("us", "r3", 16)
	reasons := f.settle(t)
	require.Equal(t, []string{"as another node has more room"}, lo.Uniq(reasons))
	require.InDelta(t, 10, len(reasons), 1, "it stops within the gap")
	require.Len(t, f.balance().byNode[added.ID], len(reasons), "none leaves its region")
	require.Empty(t, f.settle(t))
}

func TestBalance_SeveralOfADeploymentOnANodeOrInARack_AreSpreadFirst(t *testing.T) {
	t.Parallel()

	f := &fleetOf{}
	one, app := f.node("eu", "r1", 16), id.New()
	f.run(app, 512, one, one, one)

	f.node("eu", "r1", 16)
	require.Equal(t, []string{"as several of its deployment were on one node"}, f.settle(t), "two and one is as spread as it gets")

	other := f.node("eu", "r2", 16)
	require.Equal(t, []string{"as several of its deployment were on one node"}, f.settle(t))
	require.Len(t, f.balance().byNode[other.ID], 1)

	f = &fleetOf{}
	f.run(app, 512, f.node("eu", "r1", 16), f.node("eu", "r1", 16))
	f.node("eu", "r2", 16)
	require.Equal(t, []string{"as several of its deployment were in one rack"}, f.settle(t))
}

func TestBalance_WhatMayNotMoveOrDoesNotFit_Stays(t *testing.T) {
	t.Parallel()

	f := &fleetOf{}
	one, app := f.node("eu", "r1", 16), id.New()
	f.run(app, 4096, one, one)
	f.node("eu", "r2", 2)
	require.Empty(t, f.settle(t), "the other one is too small")

	f.node("eu", "r3", 16)

	for i := range f.instances {
		f.instances[i].movable = false
	}

	require.Empty(t, f.settle(t))
}

func TestBalance_AnyFleet_EndsAndMovesNothingThen(t *testing.T) {
	t.Parallel()

	// Each fleet is made of a number, so that one that fails can be looked at.
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		f := &fleetOf{}

		for range 2 + random.IntN(6) {
			f.node([]string{"eu", "us"}[random.IntN(2)], []string{"r1", "r2", "r3"}[random.IntN(3)], 8<<random.IntN(3))
		}

		for range random.IntN(30) {
			on := lo.Times(1+random.IntN(4), func(int) database.Node { return f.nodes[random.IntN(len(f.nodes))] })
			f.run(id.New(), 128<<random.IntN(4), on...)
		}

		moves := len(f.settle(t))
		require.LessOrEqual(t, moves, 2*len(f.instances), "fleet %d", seed)
		require.Nil(t, f.balance().next(0.2), "fleet %d", seed)
	}
}
