package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/local/daemon"
)

// InstanceFlag is the hidden flag that tells the services of several clusters apart in the list of processes.
const InstanceFlag = "--instance"

func (c *Cluster) dir(name string) string { return filepath.Join(c.options.DataDir, name) }

func (c *Cluster) startAPI(ctx context.Context) error {
	return c.startService(ctx, c.service("api", "api", c.controlEnviron()), answers(c.APIURL()+"/healthz"))
}

// startServices starts the services that need the API, and returns when the nodes have reported and the edges answer.
func (c *Cluster) startServices(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	group.Go(func() error { return c.startWorkers(ctx) })
	group.Go(func() error { return c.startAgents(ctx) })

	for i, url := range c.EdgeURLs() {
		group.Go(func() error {
			edge := c.service(fmt.Sprintf("edgeproxy-%d", i+1), "edgeproxy", c.edgeEnviron(i+1))

			return c.startService(ctx, edge, answers(url+"/.zeitwork/health"))
		})
	}

	return group.Wait()
}

// startWorkers starts the workers, after it has provided the base images of their builds.
func (c *Cluster) startWorkers(ctx context.Context) error {
	if err := c.provideBaseImages(ctx); err != nil {
		return err
	}

	environ := append(c.controlEnviron(), "ZEITWORK_BASE_IMAGES="+c.dir(baseImagesFile))

	for i := range c.options.Workers {
		if err := c.startService(ctx, c.service(fmt.Sprintf("worker-%d", i+1), "worker", environ), nil); err != nil {
			return err
		}
	}

	return nil
}

// service is the zeitwork binary run with the command. name is the name of its part.
func (c *Cluster) service(name, command string, environ []string) daemon.Service {
	instance := c.dir(name)

	return daemon.Service{
		Home: c.home, Name: name, Program: c.options.Program, Instance: instance,
		Arguments: []string{command, InstanceFlag, instance},
		Environ:   append(environ, c.options.Environ...),
	}
}

func (c *Cluster) startService(ctx context.Context, service daemon.Service, check check) error {
	_, err := c.run(ctx, service.Name, service, check)

	return err
}

// once runs a command of the zeitwork binary to its end. It runs in the network namespace that is mounted at networkNamespace, or in
// the machine's where that is empty.
func (c *Cluster) once(ctx context.Context, networkNamespace string, environ []string, input []byte, arguments ...string) error {
	command := exec.CommandContext(ctx, c.options.Program, arguments...)
	command.Env = append(append(os.Environ(), environ...), c.options.Environ...)
	command.Stdin = bytes.NewReader(input)

	return netnamespace.Do(networkNamespace, func() error {
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("zeitwork %s: %w: %s", strings.Join(arguments, " "), err, bytes.TrimSpace(output))
		}

		return nil
	})
}
