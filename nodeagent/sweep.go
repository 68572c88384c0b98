package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const sweepInterval = time.Minute

// sweep removes VMs and images that no assignment names: when a VM was removed, when the first assignments arrive, and every minute.
func (a *Agent) sweep(ctx context.Context) error {
	interval := time.NewTicker(sweepInterval)
	defer interval.Stop()

	var looked time.Time

	for {
		select {
		case <-a.removed:
		case <-interval.C:
		case <-ctx.Done():
			return nil
		}

		if err := a.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			a.logger.WarnContext(ctx, "the leftovers of former VMs could not be removed; trying again", logging.Error(err))
		}

		// It looks at the first assignments, and then every minute.
		if a.hasAssignments() && time.Since(looked) >= sweepInterval/2 {
			looked = time.Now()

			a.noteContainerd(ctx)
			a.look(ctx)
		}
	}
}

func (a *Agent) sweepOnce(ctx context.Context) error {
	if !a.hasAssignments() {
		return nil
	}

	left, err := a.leftovers(ctx)
	if err != nil {
		return err
	}

	a.mu.Lock()

	for _, id := range left {
		if _, assigned := a.assigned[id]; !assigned && a.machines[id] == nil {
			a.start(ctx, id, nil)
		}
	}

	a.mu.Unlock()

	keep := a.neededImages()

	if err := a.runtime.RemoveImages(ctx, keep); err != nil {
		return fmt.Errorf("remove images: %w", err)
	}

	return nil
}

// neededImages are the images of the assigned VMs of which something is left, or is to be, and those of what sleeps.
func (a *Agent) neededImages() map[string]bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	needed := lo.SliceToMap(lo.Values(a.assigned), func(vm client.AssignedVM) (string, bool) { return vm.Image, true })

	for id, vm := range a.assigned {
		if m := a.machines[id]; m != nil && m.state().State == client.VMReportStateRemoved {
			delete(needed, vm.Image)
		}
	}

	for _, image := range a.sleeping {
		needed[image] = true
	}

	return needed
}

// hasAssignments tells whether the API has sent the node's assignments. Until then the agent touches nothing.
func (a *Agent) hasAssignments() bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	return a.assigned != nil
}

// leftovers returns the VMs of which anything is on this machine: in containerd, a network namespace, or a folder.
func (a *Agent) leftovers(ctx context.Context) ([]uuid.UUID, error) {
	inContainerd, err := a.runtime.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list VMs: %w", err)
	}

	inNetwork, err := a.vmNetwork().List()
	if err != nil {
		return nil, fmt.Errorf("list VMs: %w", err)
	}

	folders, err := a.config.vmFolders()
	if err != nil {
		return nil, err
	}

	return lo.Uniq(append(append(inContainerd, inNetwork...), folders...)), nil
}

// vmFolders returns the VMs that have a folder on this machine.
func (c Config) vmFolders() ([]uuid.UUID, error) {
	entries, err := os.ReadDir(c.vmFolder())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list the folders of VMs: %w", err)
	}

	return lo.FilterMap(entries, func(entry os.DirEntry, _ int) (uuid.UUID, bool) {
		id, err := uuid.Parse(entry.Name())

		return id, err == nil
	}), nil
}
