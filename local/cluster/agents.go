package cluster

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
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

// nodeEnviron is what a node agent is told.
func (c *Cluster) nodeEnviron(n *node) []string {
	environ := append(c.commonEnviron(),
		"ZEITWORK_API_URL="+c.APIURL(),
		"ZEITWORK_NODE_TOKEN="+n.token,
		"ZEITWORK_NODE_RUNTIME=io.containerd.runc.v2",
		"ZEITWORK_NODE_ALLOW_RUNC=true",
		"ZEITWORK_NODE_DATA_DIR="+n.DataDir,
		"ZEITWORK_CONTAINERD_SOCKET="+n.ContainerdSocket,
		"ZEITWORK_CONTAINERD_NAMESPACE="+n.ContainerdNamespace,
	)

	if n.NetworkNamespace != "" {
		environ = append(environ, "ZEITWORK_NODE_INGRESS_INTERFACES="+uplink)
	}

	return environ
}

// routeToVMs lets the machine, and with it the edges, reach the addresses that the API has given to the node.
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

// endVMs takes every VM off a node whose agent has ended. It needs containerd, whatever somebody has done to that.
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

// removeVMs takes every VM off a node whose agent has ended and whose containerd runs.
func (c *Cluster) removeVMs(ctx context.Context, n *node) error {
	return c.once(ctx, n.NetworkNamespace, c.nodeEnviron(n), nil, "nodeagent", "remove-vms", c.options.ClusterRange.String())
}

// reported returns a check whether the node has reported since its agent started.
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

func (c *Cluster) nodeAtAPI(ctx context.Context, n *node) (client.Node, error) {
	api, err := c.client()
	if err != nil {
		return client.Node{}, err
	}

	nodes, err := api.ListNodesWithResponse(ctx)
	if err != nil {
		return client.Node{}, fmt.Errorf("ask for the nodes: %w", err)
	}

	if nodes.JSON200 == nil {
		return client.Node{}, fmt.Errorf("ask for the nodes: %s", nodes.Body)
	}

	found, ok := lo.Find(nodes.JSON200.Items, func(found client.Node) bool { return found.Name == n.Name })
	if !ok {
		return client.Node{}, fmt.Errorf("the API knows no node %s", n.Name)
	}

	return found, nil
}
