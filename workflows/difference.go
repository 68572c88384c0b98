package workflows

import (
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// difference is how the instances of a live deployment differ from those that it is to have.
type difference struct {
	gaps []gap
	// surplus are the VMs that are too many where they are, those first that serve best.
	surplus []database.VM
	// leaving are the VMs whose place others are about to take.
	leaving []uuid.UUID
	// unsure is how many of the VMs that stay do not serve yet.
	unsure int
	order  servingOrder
}

// gap is what a region, or all of them, lacks.
type gap struct {
	region  string
	missing int
	// failed are the VMs there that failed for good.
	failed []database.VM
}

// weigh compares the instances with the shares. VMs that another one is about to replace do not count beside it.
func weigh(shares []database.RegionShare, rows []database.ListInstancesRow) difference {
	replaced, present := lo.FilterReject(rows, func(row database.ListInstancesRow, _ int) bool { return row.Replaced })
	d := difference{leaving: lo.Map(replaced, func(row database.ListInstancesRow, _ int) uuid.UUID { return row.VM.ID }), order: servingOrder{}}

	for _, row := range replaced {
		d.order[row.VM.ID] = row.VM.State == "healthy"
	}

	for _, share := range shares {
		var here []database.ListInstancesRow

		here, present = lo.FilterReject(present, func(row database.ListInstancesRow, _ int) bool {
			return share.Region == anywhere || row.Region == share.Region
		})

		failed, good := d.order.sortOut(here)
		if missing := max(share.Instances-len(good), 0); missing > 0 || len(failed) > 0 {
			d.gaps = append(d.gaps, gap{region: share.Region, missing: missing, failed: failed})
		}

		staying := min(share.Instances, len(good))
		d.surplus = append(d.surplus, good[staying:]...)
		d.unsure += lo.CountBy(good[:staying], func(vm database.VM) bool { return !d.order.serves(vm) })
	}

	// What is left is in no region that the project names.
	failed, good := d.order.sortOut(present)
	if len(failed) > 0 {
		d.gaps = append(d.gaps, gap{failed: failed})
	}

	d.surplus = append(d.surplus, good...)
	slices.SortStableFunc(d.surplus, d.order.compare)

	return d
}

// servingOrder is whether the VMs whose place others are about to take are healthy, by their IDs.
type servingOrder map[uuid.UUID]bool

// serves tells whether requests are served by a VM, or until it is healthy by the one that it replaces.
func (o servingOrder) serves(vm database.VM) bool {
	return vm.State == "healthy" || vm.ReplacesID != nil && o[*vm.ReplacesID]
}

// sortOut parts the VMs that failed for good from the others, of which those come first that serve best.
func (o servingOrder) sortOut(rows []database.ListInstancesRow) (failed, good []database.VM) {
	vms := lo.Map(rows, func(row database.ListInstancesRow, _ int) database.VM { return row.VM })
	failed, good = lo.FilterReject(vms, func(vm database.VM, _ int) bool { return vm.State == "failed" })
	slices.SortStableFunc(good, o.compare)

	return failed, good
}

// compare orders VMs that serve first, then the oldest.
func (o servingOrder) compare(a, b database.VM) int {
	if serves := o.serves(a); serves != o.serves(b) {
		return lo.Ternary(serves, -1, 1)
	}

	return a.CreatedAt.Compare(b.CreatedAt)
}

// moves tells whether VMs are missing in one region that are too many in another.
func (d difference) moves() bool { return len(d.surplus) > 0 && d.missing() > 0 }

func (d difference) missing() int { return lo.SumBy(d.gaps, func(g gap) int { return g.missing }) }

// stoppable are the surplus VMs that no missing one is to replace, be it placed or not, without those that serve on in place of VMs that stay and do not
// serve yet, of which it returns how many there are.
func (d difference) stoppable() (vms []database.VM, heldBack int) {
	left := d.surplus[min(d.missing(), len(d.surplus)):]
	heldBack = min(d.unsure, lo.CountBy(left, d.order.serves))

	return left[heldBack:], heldBack
}
