package workflows

import (
	"cmp"
	"slices"

	"github.com/samber/lo"
)

// rule finds moves that help for one reason. On a large platform there are a million pairs of nodes, and nearly always none between which a move helps: leaves
// and hasMore pass over nearly all of them.
type rule struct {
	reason string
	helps  func(i placedInstance, from, to *candidate) bool
	// leaves is true at least for the instances that any move from their node helps; nil: for all.
	leaves func(i placedInstance, from *candidate) bool
	// hasMore is true at least where moves between the nodes help, and where it is false it is for all nodes with less memory free than to; nil: it is true.
	hasMore func(from, to *candidate) bool
}

// pick returns the move that helps, from the node with the least memory free and to the one with the most that there are, of the largest instance.
func (b *balance) pick(r rule) *shift {
	byRoom := slices.SortedFunc(slices.Values(b.nodes), func(x, y *candidate) int {
		return cmp.Or(cmp.Compare(b.free[x.node.ID], b.free[y.node.ID]), cmp.Compare(x.node.Name, y.node.Name))
	})

	for _, from := range byRoom {
		leaving := lo.Filter(b.byNode[from.node.ID], func(i placedInstance, _ int) bool {
			return i.movable && (r.leaves == nil || r.leaves(i, from))
		})

		if found := b.pickFrom(from, leaving, byRoom, r); found != nil {
			return found
		}
	}

	return nil
}

// pickFrom is pick for instances of one node.
func (b *balance) pickFrom(from *candidate, leaving []placedInstance, byRoom []*candidate, r rule) *shift {
	if len(leaving) == 0 {
		return nil
	}

	for _, to := range slices.Backward(byRoom) {
		if r.hasMore != nil && !r.hasMore(from, to) {
			return nil
		}

		if from == to || from.node.Region != to.node.Region {
			continue
		}

		found := lo.Filter(leaving, func(i placedInstance, _ int) bool { return to.fits(i.need) && r.helps(i, from, to) })
		if len(found) > 0 {
			largest := slices.MaxFunc(found, func(x, y placedInstance) int { return cmp.Compare(x.need.memoryBytes, y.need.memoryBytes) })

			return &shift{instance: largest, from: from, to: to, reason: r.reason}
		}
	}

	return nil
}
