package nodeagent

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// maxFound bounds how many things of a kind one report names.
const maxFound = 200

// look finds what is on this machine that no assignment names, for the next report. It comes behind a sweep, which removes most of it: what it finds again
// and again could not be removed.
func (a *Agent) look(ctx context.Context) {
	begun, begunErr := a.runtime.ListBegun(ctx)
	folders, foldersErr := a.config.vmFolders()
	networks, networksErr := a.vmNetwork().List()
	snapshots, snapshotsErr := a.runtime.ListSnapshots(ctx)
	// The assignments are read behind the lists: what was started meanwhile is assigned.
	images, imagesErr := a.runtime.ListUnusedImages(ctx, a.neededImages())

	if ctx.Err() != nil {
		return
	}

	looks := []client.LookReport{
		a.found(ctx, client.LookReportKindVM, errors.Join(begunErr, foldersErr), append(
			lo.Map(a.unassigned(begun), thing("Its container, a lease or its shim is left in containerd.")),
			lo.Map(lo.Without(a.unassigned(folders), begun...), thing("Its folder is left on the disk."))...,
		)),
		a.found(ctx, client.LookReportKindAddress, networksErr,
			lo.Map(a.unassigned(networks), thing("The network namespace of this VM is left, with its address."))),
		a.found(ctx, client.LookReportKindSnapshot, snapshotsErr,
			lo.Map(a.unassigned(snapshots), thing("The file system of this VM is left in containerd."))),
		a.found(ctx, client.LookReportKindImage, imagesErr, lo.Map(images, func(name string, _ int) client.FoundThing {
			return client.FoundThing{Name: name, Detail: "No VM of the node uses it."}
		})),
	}

	a.mu.Lock()
	defer a.mu.Unlock()

	a.looks = looks
}

func thing(detail string) func(uuid.UUID, int) client.FoundThing {
	return func(vm uuid.UUID, _ int) client.FoundThing {
		return client.FoundThing{Name: vm.String(), Detail: detail}
	}
}

// unassigned are those of the VMs that no assignment names.
func (a *Agent) unassigned(vms []uuid.UUID) []uuid.UUID {
	a.mu.Lock()
	defer a.mu.Unlock()

	return lo.Reject(vms, func(vm uuid.UUID, _ int) bool { return lo.HasKey(a.assigned, vm) })
}

// found is the report of one kind: what was found, or that nobody could look.
func (a *Agent) found(ctx context.Context, kind client.LookReportKind, err error, things []client.FoundThing) client.LookReport {
	if err != nil {
		a.logger.WarnContext(ctx, "cannot look for what nobody needs", slog.String("kind", string(kind)), logging.Error(err))

		return client.LookReport{
			Kind: kind, Items: []client.FoundThing{}, Problem: new("The node could not look: containerd or its disk did not answer. The log of its agent says more."),
		}
	}

	count := int64(len(things))
	slices.SortFunc(things, func(a, b client.FoundThing) int { return cmp.Compare(a.Name, b.Name) })

	return client.LookReport{Kind: kind, Items: append([]client.FoundThing{}, things[:min(len(things), maxFound)]...), Found: &count}
}

// takeLooks returns what was found since the last report that the API has taken.
func (a *Agent) takeLooks() []client.LookReport {
	a.mu.Lock()
	defer a.mu.Unlock()

	return a.looks
}

// forgetLooks forgets what the API has taken, unless there was a look since.
func (a *Agent) forgetLooks(taken []client.LookReport) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if len(taken) > 0 && len(a.looks) > 0 && &taken[0] == &a.looks[0] {
		a.looks = nil
	}
}
