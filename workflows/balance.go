package workflows

import (
	"github.com/google/uuid"
	"github.com/samber/lo"
)

// placedInstance is a VM that serves for a live deployment.
type placedInstance struct {
	id, deployment, node uuid.UUID
	need                 need
	// movable tells whether it may be moved now. One that may not counts where it is.
	movable bool
}

// shift moves one instance to another node.
type shift struct {
	instance placedInstance
	from, to *candidate
	// reason is the end of a sentence that begins with what is moved.
	reason string
}

// balance is where the instances of live deployments are among the nodes that may get VMs.
type balance struct {
	nodes []*candidate
	// free is the memory of each node that no instance holds.
	free map[uuid.UUID]int64
	// onNode and inRack count the instances of each deployment.
	onNode map[[2]uuid.UUID]int
	inRack map[rackOfDeployment]int
	// byNode has the instances of each node.
	byNode map[uuid.UUID][]placedInstance
}

type rackOfDeployment struct {
	deployment   uuid.UUID
	region, rack string
}

func newBalance(nodes []*candidate, instances []placedInstance) *balance {
	b := &balance{
		nodes: nodes, free: map[uuid.UUID]int64{}, onNode: map[[2]uuid.UUID]int{}, inRack: map[rackOfDeployment]int{},
		byNode: lo.GroupBy(instances, func(i placedInstance) uuid.UUID { return i.node }),
	}

	for _, node := range nodes {
		b.free[node.node.ID] = node.node.MemoryForVMs()

		for _, instance := range b.byNode[node.node.ID] {
			b.free[node.node.ID] -= node.cost(instance.need).memoryBytes
			b.onNode[[2]uuid.UUID{instance.deployment, node.node.ID}]++
			b.inRack[rackOf(instance.deployment, node)]++
		}
	}

	return b
}

func rackOf(deployment uuid.UUID, node *candidate) rackOfDeployment {
	return rackOfDeployment{deployment: deployment, region: node.node.Region, rack: node.rack}
}

// next returns the move that helps most, or nil where all is balanced. Following it again and again ends, since each move makes the first of these
// smaller and none before it larger: how many pairs of instances of one deployment are on one node; how many are in one rack; and how much less than the
// others the nodes with the least memory have free. The last one moves only where the difference is more than gap, a part of the larger node's memory.
func (b *balance) next(gap float64) *shift {
	for _, r := range []rule{
		{
			reason: "as several of its deployment were on one node",
			leaves: func(i placedInstance, from *candidate) bool {
				return b.onNode[[2]uuid.UUID{i.deployment, from.node.ID}] > 1
			},
			helps: b.spreadsNodes,
		},
		{
			reason: "as several of its deployment were in one rack",
			leaves: func(i placedInstance, from *candidate) bool { return b.inRack[rackOf(i.deployment, from)] > 1 },
			helps:  b.spreadsRacks,
		},
		{
			reason:  "as another node has more room",
			hasMore: func(from, to *candidate) bool { return b.hasMore(from, to, gap*float64(from.node.MemoryForVMs())) },
			helps:   func(i placedInstance, from, to *candidate) bool { return b.evens(i, from, to, gap) },
		},
	} {
		if found := b.pick(r); found != nil {
			return found
		}
	}

	return nil
}

// hasMore tells whether the one node has more memory free than the other, by more than a number of bytes.
func (b *balance) hasMore(from, to *candidate, bytes float64) bool {
	return float64(b.free[to.node.ID]-b.free[from.node.ID]) > bytes
}

// more returns how many instances of the deployment are on the one node beyond those on the other one, and so for their racks.
func (b *balance) more(deployment uuid.UUID, from, to *candidate) (onNode, inRack int) {
	return b.onNode[[2]uuid.UUID{deployment, from.node.ID}] - b.onNode[[2]uuid.UUID{deployment, to.node.ID}],
		b.inRack[rackOf(deployment, from)] - b.inRack[rackOf(deployment, to)]
}

func (b *balance) spreadsNodes(i placedInstance, from, to *candidate) bool {
	onNode, _ := b.more(i.deployment, from, to)

	return onNode > 1
}

func (b *balance) spreadsRacks(i placedInstance, from, to *candidate) bool {
	onNode, inRack := b.more(i.deployment, from, to)

	return onNode > 0 && inRack > 1
}

func (b *balance) evens(i placedInstance, from, to *candidate, gap float64) bool {
	onNode, inRack := b.more(i.deployment, from, to)
	if onNode < 1 || (from.rack != to.rack && inRack < 1) {
		return false
	}

	most := max(from.node.MemoryForVMs(), to.node.MemoryForVMs())
	freeFrom, freeTo := b.free[from.node.ID], b.free[to.node.ID]

	return b.hasMore(from, to, gap*float64(most)) &&
		freeTo-to.cost(i.need).memoryBytes >= freeFrom+from.cost(i.need).memoryBytes
}
