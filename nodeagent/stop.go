package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// StopVMs ends all VMs of a node whose agent has ended, for a machine that is to be left without running VMs. What they were
// made from stays: the next agent starts again those that are still assigned. VMs get the grace period to end by themselves.
func StopVMs(ctx context.Context, config Config, grace time.Duration) error {
	connection, err := containerd.New(config.ContainerdSocket, containerd.WithDefaultNamespace(config.ContainerdNamespace))
	if err != nil {
		return fmt.Errorf("reach containerd at %s: %w", config.ContainerdSocket, err)
	}

	defer func() { _ = connection.Close() }()

	runtime := containers.New(connection, containers.Config{Snapshotter: config.Snapshotter})
	vmNetwork := &network.Network{Folder: config.networkFolder()}

	vms, err := runtime.List(ctx)
	if err != nil {
		return fmt.Errorf("list VMs: %w", err)
	}

	var (
		wait    sync.WaitGroup
		mu      sync.Mutex
		results []error
	)

	for _, vm := range vms {
		wait.Go(func() {
			err := stopVM(ctx, runtime, vmNetwork, vm, grace)

			mu.Lock()
			defer mu.Unlock()

			results = append(results, err)
		})
	}

	wait.Wait()

	return errors.Join(results...)
}

func stopVM(ctx context.Context, runtime *containers.Runtime, vmNetwork *network.Network, vm uuid.UUID, grace time.Duration) error {
	if err := runtime.Stop(ctx, vm, grace); err != nil {
		return fmt.Errorf("stop VM %s: %w", vm, err)
	}

	if err := runtime.DeleteTask(ctx, vm); err != nil {
		return fmt.Errorf("stop VM %s: %w", vm, err)
	}

	if err := vmNetwork.Detach(vm); err != nil {
		return fmt.Errorf("stop VM %s: %w", vm, err)
	}

	return nil
}
