package cluster

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/local/daemon"
)

// InstanceFlag is the hidden flag that tells the services of several clusters apart in the list of processes.
const InstanceFlag = "--instance"

// passedOn are the settings of this process that its services share.
var passedOn = []string{"ZEITWORK_LOG_LEVEL", "ZEITWORK_LOG_FORMAT"}

// commonEnviron is what every service is told.
func (c *Cluster) commonEnviron() []string {
	environ := []string{"ZEITWORK_REGISTRY_HOST=" + c.addresses.registry, "ZEITWORK_REGISTRY_INSECURE=true"}

	if c.options.FaultDir != "" {
		environ = append(environ, faultpoint.FolderVariable+"="+c.options.FaultDir)
	}

	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok {
			environ = append(environ, name+"="+value)
		}
	}

	return environ
}

// controlEnviron is what api and workers are told: they hold the platform's secrets.
func (c *Cluster) controlEnviron() []string {
	return append(c.commonEnviron(),
		"ZEITWORK_DATABASE_URL="+c.addresses.database,
		"ZEITWORK_SECRET_KEY="+c.key.Encode(),
		fmt.Sprintf("ZEITWORK_API_LISTEN=127.0.0.1:%d", c.options.Ports.API),
		"ZEITWORK_BASE_DOMAIN="+c.options.BaseDomain,
		"ZEITWORK_EDGE_URL="+c.EdgeURL(),
		"ZEITWORK_CLUSTER_RANGE="+c.options.ClusterRange.String(),
		"ZEITWORK_GIT_PROTOCOLS=https,http,file",
		"ZEITWORK_POLL_INTERVAL=2s", // Its repositories are few and near.
		"ZEITWORK_BUILDKIT_ADDRESS="+c.addresses.buildkit,
		"ZEITWORK_SOURCE_DIR="+c.dir("sources"),
	)
}

// edgeEnviron is what an edge proxy is told.
func (c *Cluster) edgeEnviron(number int) []string {
	return append(c.commonEnviron(),
		"ZEITWORK_API_URL="+c.APIURL(),
		"ZEITWORK_EDGE_TOKEN="+c.tokens.edges()[number-1],
		fmt.Sprintf("ZEITWORK_EDGE_LISTEN=127.0.0.1:%d", c.options.Ports.edges()[number-1]),
		"ZEITWORK_EDGE_REGION="+region,
		"ZEITWORK_EDGE_DATA_DIR="+c.dir(numbered("edge", number)),
		"ZEITWORK_EDGE_DRAIN_DELAY=0s", // No load balancer stands before it.
		"ZEITWORK_EDGE_DRAIN_TIMEOUT=5s",
	)
}

func (c *Cluster) dir(name string) string { return filepath.Join(c.options.DataDir, name) }

func (c *Cluster) startAPI(ctx context.Context) error {
	return c.startService(ctx, c.service("api", "api", c.controlEnviron()), answers(c.APIURL()+"/healthz"))
}

// startServices starts what needs the API, and returns when the nodes have reported and the edges answer.
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

// startWorkers starts them once there is what they build on.
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

// service is a process of the zeitwork binary; the name is its part's.
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

// once runs a command of the zeitwork binary to its end, in the network namespace that is mounted there or in the machine's.
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

// client returns a client of the API that is signed in as the operator.
func (c *Cluster) client() (*client.ClientWithResponses, error) {
	api, err := client.NewClientWithResponses(c.APIURL(), client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+c.tokens.User)

		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("make a client of the API: %w", err)
	}

	return api, nil
}

// answers returns a check whether the URL answers with success.
func answers(url string) check {
	return func(ctx context.Context, _ time.Time) error { return succeeds(ctx, url) }
}

func succeeds(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}

	return nil
}
