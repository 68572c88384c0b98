package cluster

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/builder"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/local/daemon"
)

// startDaemons starts the daemons that the services need, all at once because none of them needs another.
func (c *Cluster) startDaemons(ctx context.Context) error {
	registry, err := c.registry()
	if err != nil {
		return err
	}

	if err := c.checkImageStore(registry); err != nil {
		return err
	}

	bin, err := postgresbin.Find(c.options.PostgresBin)
	if err != nil {
		return err
	}

	postgres := daemon.Postgres{Home: c.home, Bin: bin, Port: c.options.Ports.Postgres, Disposable: c.options.Disposable}
	buildkitd := builder.Buildkitd{
		Home: c.home, Programs: builder.ProgramsIn(c.options.Bin), Bridge: c.options.Bridge, Subnet: c.options.BuildRange, CacheBytes: c.options.BuildCacheBytes,
		RegistryHost: fmt.Sprintf("127.0.0.1:%d", c.options.Ports.Registry), RegistryInsecure: true, Mirror: !c.options.PublicRegistry,
	}

	var group errgroup.Group

	// An address is known once its daemon has started.
	start := func(name string, address *string, daemon starter) error {
		process, err := c.run(ctx, name, daemon, startIsReady)
		if err != nil {
			return err
		}

		*address = process.Address()

		return nil
	}
	run := func(name string, address *string, daemon starter) {
		group.Go(func() error { return start(name, address, daemon) })
	}

	group.Go(func() error { return c.startRegistry(ctx, registry, start) })
	run("postgres", &c.addresses.database, postgres)
	run("buildkitd", &c.addresses.buildkit, buildkitd)

	for _, n := range c.nodes {
		run(containerdPart(n), &n.ContainerdSocket, c.containerd(n))
	}

	return group.Wait()
}

// startIsReady is the check of daemons, whose Start returns when they answer.
func startIsReady(context.Context, time.Time) error { return nil }

func containerdPart(n *node) string { return fmt.Sprintf("containerd-%d", n.number) }

func (c *Cluster) containerd(n *node) daemon.Containerd {
	return daemon.Containerd{Home: c.home, Bin: c.options.Bin, Name: numbered("containerd", n.number), NetworkNamespace: n.NetworkNamespace}
}
