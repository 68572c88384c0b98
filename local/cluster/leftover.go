package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// removeLeftovers removes the nodes whose network namespaces a killed run has left, with their VMs. VMs that it left in the
// machine's own network stay for the agent there to find; with nodes in namespaces there is none.
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

	// It would start the VMs again.
	if err := c.agent(left).EndLeftover(ctx); err != nil {
		return err
	}

	inNamespace := left.NetworkNamespace != ""

	// Where the namespace is gone, all that was in it is.
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
