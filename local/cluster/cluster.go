// Package cluster runs the whole platform on one machine: the daemons and the services as child processes under one
// data directory. `zeitwork up`, the end-to-end tests and the benchmark share it.
//
// A second start with the same directory finds what the first left: the database, the images, the build cache. Stop leaves nothing
// else on the machine: no process, VM, network namespace, route or mount.
//
// A single node is in the machine's own network. Of several nodes, each has a network namespace, a containerd and an agent of its
// own: a veth link brings the machine's edges to the node's VMs, the API and the registry are forwarded to the same ports of the
// node's loopback interface, and there is no other way out. Everything else is in the machine's network. Tests can hold, release
// and replace parts and cut nodes off.
package cluster

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Cluster is a platform that runs.
type Cluster struct {
	options   Options
	home      process.Home
	key       secret.Key
	tokens    tokens
	addresses addresses
	nodes     []*node
	github    *demoGitHub // Nil without one.

	lifetime context.Context //nolint:containedctx // The watchers' context ends with the cluster, not with a call.
	end      context.CancelFunc
	watchers sync.WaitGroup

	mutex sync.Mutex
	parts map[string]*part
	undo  []func(ctx context.Context) error // In the order of registration; Stop calls them in reverse.
}

// Start starts everything and returns when it all answers. When it fails it stops what it had started.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	if err := options.complete(ctx); err != nil {
		return nil, err
	}

	lifetime, end := context.WithCancel(context.WithoutCancel(ctx))
	cluster := &Cluster{
		options: options, home: process.Home(options.DataDir), lifetime: lifetime, end: end, parts: map[string]*part{},
	}

	if err := cluster.start(ctx); err != nil {
		return nil, errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
	}

	return cluster, nil
}

func (c *Cluster) start(ctx context.Context) error {
	release, err := c.home.Lock()
	if err != nil {
		return err
	}

	c.later(func(context.Context) error { release(); return nil })

	if c.key, err = loadKey(c.options.DataDir); err != nil {
		return err
	}

	if c.tokens, err = loadTokens(c.options.DataDir, c.options.Nodes, c.options.Edges); err != nil {
		return err
	}

	if err := c.prepareNetwork(ctx); err != nil {
		return err
	}

	if err := c.startGitHub(ctx); err != nil {
		return err
	}

	if err := c.startDaemons(ctx); err != nil {
		return err
	}

	c.options.Progress("database", "migrating")

	if err := c.once(ctx, "", c.controlEnviron(), nil, "migrate"); err != nil {
		return err
	}

	if err := c.bootstrap(ctx); err != nil {
		return err
	}

	if len(c.options.Quotas) > 0 {
		if err := c.once(ctx, "", c.controlEnviron(), nil, append([]string{"admin", "quota"}, c.options.Quotas...)...); err != nil {
			return err
		}
	}

	if err := c.startAPI(ctx); err != nil {
		return err
	}

	return c.startServices(ctx)
}

// prepareNetwork makes the nodes and what they need of the machine's network.
func (c *Cluster) prepareNetwork(ctx context.Context) error {
	if err := c.claimRange(); err != nil {
		return err
	}

	if err := c.removeLeftovers(ctx); err != nil {
		return err
	}

	// From before the first use of the cluster's addresses, no packet for one may leave the machine.
	if err := c.fence(); err != nil {
		return err
	}

	for number := 1; number <= c.options.Nodes; number++ {
		n := c.newNode(number, c.options.Nodes > 1)
		n.token = c.tokens.nodes()[number-1]
		c.nodes = append(c.nodes, n)

		if n.NetworkNamespace == "" {
			continue
		}

		if err := c.makeNetwork(ctx, n); err != nil {
			return err
		}
	}

	return nil
}

// Stop stops everything in reverse order, the VMs too, and returns when nothing is left but the data. It may be called
// twice.
func (c *Cluster) Stop(ctx context.Context) error {
	c.end()
	c.watchers.Wait()

	c.mutex.Lock()
	undo := c.undo
	c.undo = nil
	c.mutex.Unlock()

	var problems []error

	for _, f := range slices.Backward(undo) {
		problems = append(problems, f(ctx))
	}

	return errors.Join(problems...)
}

// later registers something that Stop has to do.
func (c *Cluster) later(f func(ctx context.Context) error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.undo = append(c.undo, f)
}
