package workflows

import (
	"cmp"
	"slices"

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
	if found := b.pick(b.spreadsNodes, "as several of its deployment were on one node"); found != nil {
		return found
	}

	if found := b.pick(b.spreadsRacks, "as several of its deployment were in one rack"); found != nil {
		return found
	}

	return b.pick(func(i placedInstance, from, to *candidate) bool { return b.evens(i, from, to, gap) }, "as another node has more room")
}

// pick returns the move that helps, from the node with the least memory free and to the one with the most that there are, of the largest instance.
func (b *balance) pick(helps func(placedInstance, *candidate, *candidate) bool, reason string) *shift {
	byRoom := slices.SortedFunc(slices.Values(b.nodes), func(x, y *candidate) int {
		return cmp.Or(cmp.Compare(b.free[x.node.ID], b.free[y.node.ID]), cmp.Compare(x.node.Name, y.node.Name))
	})

	for _, from := range byRoom {
		for _, to := range slices.Backward(byRoom) {
			if from == to || from.node.Region != to.node.Region {
				continue
			}

			found := lo.Filter(b.byNode[from.node.ID], func(i placedInstance, _ int) bool {
				return i.movable && to.fits(i.need) && helps(i, from, to)
			})
			if len(found) > 0 {
				largest := slices.MaxFunc(found, func(x, y placedInstance) int { return cmp.Compare(x.need.memoryBytes, y.need.memoryBytes) })

				return &shift{instance: largest, from: from, to: to, reason: reason}
			}
		}
	}

	return nil
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

	return float64(freeTo-freeFrom) > gap*float64(most) &&
		freeTo-to.cost(i.need).memoryBytes >= freeFrom+from.cost(i.need).memoryBytes
}
