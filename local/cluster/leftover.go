package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// removeLeftovers removes the nodes whose network namespaces a killed run has left, with their VMs. VMs in the machine's own network
// stay for the agent there to adopt, unless the nodes are now in namespaces and no agent is there.
func (c *Cluster) removeLeftovers(ctx context.Context) error {
	for number := 1; number <= mostNodes; number++ {
		if left := c.newNode(number, true); exists(left.NetworkNamespace) {
			if err := c.removeLeftover(ctx, left); err != nil {
				return fmt.Errorf("remove node %s of an earlier run: %w", left.Name, err)
			}
		}
	}

	if left := c.newNode(1, false); c.options.Nodes > 1 && exists(left.NetworkFolder) {
		if err := c.removeLeftover(ctx, left); err != nil {
			return fmt.Errorf("remove the node of an earlier run: %w", err)
		}
	}

	return nil
}

func (c *Cluster) removeLeftover(ctx context.Context, left *node) error {
	c.options.Progress(left.Name, "removing what an earlier run left")

	// The agent would start the VMs again.
	if err := c.agent(left).EndLeftover(ctx); err != nil {
		return err
	}

	inNamespace := left.NetworkNamespace != ""

	// Where the namespace is gone, so is everything that ran in it.
	if !inNamespace || netnamespace.Exists(left.NetworkNamespace) {
		process, err := c.containerd(left).Start(ctx)
		if err != nil {
			return err
		}

		left.ContainerdSocket = process.Address()

		if err := errors.Join(c.removeVMs(ctx, left), process.Stop(ctx)); err != nil {
			return err
		}
	}

	if !inNamespace {
		return nil
	}

	return c.removeNetwork(left)
}

func exists(path string) bool {
	_, err := os.Lstat(path)

	return err == nil
}
