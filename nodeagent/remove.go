package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// RemoveVMs removes every VM of the node, and all that the node set up for them in the network, to leave the machine as it was before. The agent
// must have ended, or it would start the VMs again. Images stay.
func RemoveVMs(ctx context.Context, config Config, clusterRange netip.Prefix) error {
	connection, err := containers.Connect(config.ContainerdSocket, config.ContainerdNamespace)
	if err != nil {
		return fmt.Errorf("reach containerd at %s: %w", config.ContainerdSocket, err)
	}

	defer func() { _ = connection.Close() }()

	runtime := containers.New(connection, containers.Config{Handler: config.Runtime, Snapshotter: config.Snapshotter, Folder: config.vmFolder()})
	attached := &network.Network{Range: clusterRange, Folder: config.networkFolder()}

	contained, err := runtime.List(ctx)
	if err != nil {
		return err
	}

	networked, err := attached.List()
	if err != nil {
		return err
	}

	stored, err := config.vmFolders()
	if err != nil {
		return err
	}

	var group errgroup.Group

	for _, vm := range lo.Union(contained, networked, stored) {
		group.Go(func() error { return removeVM(ctx, runtime, attached, vm) })
	}

	if err := group.Wait(); err != nil {
		return err
	}

	if err := runtime.RemoveCgroups(); err != nil {
		return err
	}

	if err := os.RemoveAll(filepath.Dir(config.networkFolder())); err != nil {
		return fmt.Errorf("remove the folder of network namespaces: %w", err)
	}

	return attached.Teardown(ctx)
}

func removeVM(ctx context.Context, runtime *containers.Runtime, attached *network.Network, vm uuid.UUID) error {
	const grace = 3 * time.Second

	err := errors.Join(runtime.Stop(ctx, vm, grace), runtime.Remove(ctx, vm))
	if err != nil {
		return fmt.Errorf("remove VM %s: %w", vm, err)
	}

	return attached.Detach(vm)
}
