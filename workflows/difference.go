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
	d := difference{leaving: lo.Map(replaced, func(row database.ListInstancesRow, _ int) uuid.UUID { return row.VM.ID })}

	for _, share := range shares {
		var here []database.ListInstancesRow

		here, present = lo.FilterReject(present, func(row database.ListInstancesRow, _ int) bool {
			return share.Region == anywhere || row.Region == share.Region
		})

		failed, good := sortOut(here)
		if missing := max(share.Instances-len(good), 0); missing > 0 || len(failed) > 0 {
			d.gaps = append(d.gaps, gap{region: share.Region, missing: missing, failed: failed})
		}

		d.surplus = append(d.surplus, good[min(share.Instances, len(good)):]...)
	}

	// What is left is in no region that the project names.
	failed, good := sortOut(present)
	if len(failed) > 0 {
		d.gaps = append(d.gaps, gap{failed: failed})
	}

	d.surplus = append(d.surplus, good...)
	slices.SortStableFunc(d.surplus, servesBetter)

	return d
}

// sortOut parts the VMs that failed for good from the others, of which those come first that serve best.
func sortOut(rows []database.ListInstancesRow) (failed, good []database.VM) {
	vms := lo.Map(rows, func(row database.ListInstancesRow, _ int) database.VM { return row.VM })
	failed, good = lo.FilterReject(vms, func(vm database.VM, _ int) bool { return vm.State == "failed" })
	slices.SortStableFunc(good, servesBetter)

	return failed, good
}

// servesBetter orders healthy VMs first, then the oldest.
func servesBetter(a, b database.VM) int {
	if healthy := a.State == "healthy"; healthy != (b.State == "healthy") {
		return lo.Ternary(healthy, -1, 1)
	}

	return a.CreatedAt.Compare(b.CreatedAt)
}

// moves tells whether VMs are missing in one region that are too many in another.
func (d difference) moves() bool { return len(d.surplus) > 0 && d.missing() > 0 }

func (d difference) missing() int { return lo.SumBy(d.gaps, func(g gap) int { return g.missing }) }

// stoppable are the surplus VMs that no missing one is to replace, be it placed or not.
func (d difference) stoppable() []database.VM { return d.surplus[min(d.missing(), len(d.surplus)):] }
