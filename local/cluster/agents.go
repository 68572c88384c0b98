package cluster

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/local/daemon"
)

// startAgents starts the agent of each node and returns when all have reported.
func (c *Cluster) startAgents(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	for _, n := range c.nodes {
		group.Go(func() error {
			if n.NetworkNamespace != "" {
				if err := c.routeToVMs(ctx, n); err != nil {
					return err
				}
			}

			c.later(func(ctx context.Context) error {
				c.options.Progress("VMs", "stopping")

				return c.endVMs(ctx, n)
			})

			return c.startService(ctx, c.agent(n), c.reported(n))
		})
	}

	return group.Wait()
}

func (c *Cluster) agent(n *node) daemon.Service {
	agent := c.service(fmt.Sprintf("nodeagent-%d", n.number), "nodeagent", c.nodeEnviron(n))
	agent.NetworkNamespace = n.NetworkNamespace

	return agent
}

// routeToVMs makes the machine, and with it the edges, reach the addresses that the API has given to the node.
func (c *Cluster) routeToVMs(ctx context.Context, n *node) error {
	found, err := c.nodeAtAPI(ctx, n)
	if err != nil {
		return err
	}

	prefix, err := netip.ParsePrefix(found.Prefix)
	if err != nil {
		return fmt.Errorf("read the prefix of node %s: %w", n.Name, err)
	}

	return c.routeNode(n, prefix)
}

// endVMs removes every VM of a node whose agent has ended. It starts the node's containerd first where that is held or dead.
func (c *Cluster) endVMs(ctx context.Context, n *node) error {
	containerd, err := c.part(containerdPart(n))
	if err != nil {
		return err
	}

	if err := containerd.ensure(ctx); err != nil {
		return err
	}

	return c.removeVMs(ctx, n)
}

// removeVMs removes every VM of a node whose agent has ended and whose containerd runs.
func (c *Cluster) removeVMs(ctx context.Context, n *node) error {
	return c.once(ctx, n.NetworkNamespace, c.nodeEnviron(n), nil, "nodeagent", "remove-vms", c.options.ClusterRange.String())
}

// reported returns the check that the node has reported since its agent started.
func (c *Cluster) reported(n *node) check {
	return func(ctx context.Context, started time.Time) error {
		found, err := c.nodeAtAPI(ctx, n)
		if err != nil {
			return err
		}

		if found.LastSeenAt == nil || found.LastSeenAt.Before(started) {
			return fmt.Errorf("node %s has not reported yet", n.Name)
		}

		return nil
	}
}
