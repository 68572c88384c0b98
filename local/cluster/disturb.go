package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/local/daemon"
)

// Parts returns the names of all parts: postgres, registry, buildkitd, api, worker-1, worker-2, …, containerd-1, …, nodeagent-1,
// …, edgeproxy-1, ….
func (c *Cluster) Parts() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return slices.Sorted(maps.Keys(c.parts))
}

// PID returns the process id of a part. It changes when the part dies and is started again. Of a part that does not run it is the
// id of the last process, and of a part that does not exist it is 0.
func (c *Cluster) PID(part string) int {
	found, err := c.part(part)
	if err != nil {
		return 0
	}

	return found.current().PID()
}

// Hold kills a part, frozen or not, and keeps it from being started again until Release.
func (c *Cluster) Hold(_ context.Context, part string) error {
	found, err := c.part(part)
	if err != nil {
		return err
	}

	found.hold()

	return nil
}

// Release starts a held part again and returns when it works. Of a part that is not held, Release only waits until it works. After
// an error the part is not held any more either, and is started again like a part that died.
func (c *Cluster) Release(ctx context.Context, part string) error {
	found, err := c.part(part)
	if err != nil {
		return err
	}

	ctx, cancel := c.within(ctx)
	defer cancel()

	if err := found.release(ctx); err != nil {
		return err
	}

	return found.awaitReady(ctx)
}

// Replace ends a service in an orderly way, starts it again from another zeitwork binary, with the variables (NAME=VALUE) beside or in the place of those that
// it had, and returns when the service works; for a worker, when it has started. Later starts use that binary too. A part that is held starts with its Release.
func (c *Cluster) Replace(ctx context.Context, part, program string, environ ...string) error {
	return c.exchange(ctx, part, func(current starter) (starter, error) {
		service, ok := current.(daemon.Service)
		if !ok {
			return nil, fmt.Errorf("%s is not a service of Zeitwork: only those can be replaced", part)
		}

		service.Program, service.Environ = program, slices.Concat(service.Environ, environ)

		return service, nil
	})
}

// Reconfigure ends the containerd of a node, which counts from 1, in an orderly way, and starts it again with another log level and OOM score.
func (c *Cluster) Reconfigure(ctx context.Context, node int, logLevel string, oomScore int) error {
	part := fmt.Sprintf("containerd-%d", node)

	return c.exchange(ctx, part, func(current starter) (starter, error) {
		containerd, ok := current.(daemon.Containerd)
		if !ok {
			return nil, fmt.Errorf("%s is no containerd", part)
		}

		containerd.LogLevel, containerd.OOMScore = logLevel, oomScore

		return containerd, nil
	})
}

func (c *Cluster) exchange(ctx context.Context, name string, change func(starter) (starter, error)) error {
	found, err := c.part(name)
	if err != nil {
		return err
	}

	ctx, cancel := c.within(ctx)
	defer cancel()

	if err := found.exchange(ctx, change); err != nil || found.isHeld() {
		return err
	}

	return found.awaitReady(ctx)
}

func (c *Cluster) part(name string) (*part, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	if found := c.parts[name]; found != nil {
		return found, nil
	}

	return nil, fmt.Errorf("there is no part %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(c.parts)), ", "))
}

// within returns a context that ends with the cluster too.
func (c *Cluster) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(c.lifetime, cancel)

	return ctx, func() {
		unhook()
		cancel()
	}
}
