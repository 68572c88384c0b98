package localcluster

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

	"github.com/zeitwork/zeitwork/internal/client"
	"github.com/zeitwork/zeitwork/internal/daemon"
)

// InstanceFlag is the hidden flag that tells the services of several clusters apart in the list of processes.
const InstanceFlag = "--instance"

// passedOn are the settings of this process that its services share.
var passedOn = []string{"ZEITWORK_LOG_LEVEL", "ZEITWORK_LOG_FORMAT"}

// commonEnviron is what every service is told.
func (c *Cluster) commonEnviron() []string {
	environ := []string{"ZEITWORK_REGISTRY_HOST=" + c.addresses.registry, "ZEITWORK_REGISTRY_INSECURE=true"}

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

// nodeEnviron is what the node agent is told.
func (c *Cluster) nodeEnviron() []string {
	return append(c.commonEnviron(),
		"ZEITWORK_API_URL="+c.APIURL(),
		"ZEITWORK_NODE_TOKEN="+c.tokens.Node,
		"ZEITWORK_NODE_RUNTIME=io.containerd.runc.v2",
		"ZEITWORK_NODE_ALLOW_RUNC=true",
		"ZEITWORK_NODE_DATA_DIR="+c.dir("node"),
		"ZEITWORK_CONTAINERD_SOCKET="+c.addresses.containerd,
		"ZEITWORK_CONTAINERD_NAMESPACE="+c.Namespace(),
	)
}

// edgeEnviron is what the edge proxy is told.
func (c *Cluster) edgeEnviron() []string {
	return append(c.commonEnviron(),
		"ZEITWORK_API_URL="+c.APIURL(),
		"ZEITWORK_EDGE_TOKEN="+c.tokens.Edge,
		fmt.Sprintf("ZEITWORK_EDGE_LISTEN=127.0.0.1:%d", c.options.Ports.Edge),
		"ZEITWORK_EDGE_REGION="+region,
		"ZEITWORK_EDGE_DATA_DIR="+c.dir("edge"),
		"ZEITWORK_EDGE_DRAIN_TIMEOUT=5s",
	)
}

func (c *Cluster) dir(name string) string { return filepath.Join(c.options.DataDir, name) }

func (c *Cluster) startAPI(ctx context.Context) error {
	return c.startService(ctx, "api", "api", c.controlEnviron(), func(ctx context.Context) error {
		return answers(ctx, c.APIURL()+"/healthz")
	})
}

// startServices starts what needs the API, and returns when the node has reported and the edge answers.
func (c *Cluster) startServices(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)

	for i := range c.options.Workers {
		group.Go(func() error {
			return c.startService(ctx, fmt.Sprintf("worker-%d", i+1), "worker", c.controlEnviron(), alwaysReady)
		})
	}

	group.Go(func() error {
		c.later(c.removeVMs)

		return c.startService(ctx, "nodeagent", "nodeagent", c.nodeEnviron(), c.nodeReported(time.Now()))
	})
	group.Go(func() error {
		return c.startService(ctx, "edgeproxy", "edgeproxy", c.edgeEnviron(), func(ctx context.Context) error {
			return answers(ctx, c.EdgeURL()+"/.zeitwork/health")
		})
	})

	return group.Wait()
}

func (c *Cluster) startService(ctx context.Context, name, command string, environ []string, ready func(context.Context) error) error {
	instance := c.dir(name)

	_, err := c.run(ctx, name, daemon.Service{
		Home: c.home, Name: name, Program: c.options.Program, Instance: instance,
		Arguments: []string{command, InstanceFlag, instance},
		Environ:   append(environ, c.options.Environ...),
		Ready:     ready,
	}.Start)

	return err
}

// once runs a command of the zeitwork binary to its end.
func (c *Cluster) once(ctx context.Context, environ []string, input []byte, arguments ...string) error {
	command := exec.CommandContext(ctx, c.options.Program, arguments...)
	command.Env = append(append(os.Environ(), environ...), c.options.Environ...)
	command.Stdin = bytes.NewReader(input)

	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("zeitwork %s: %w: %s", strings.Join(arguments, " "), err, bytes.TrimSpace(output))
	}

	return nil
}

// removeVMs takes every VM off the machine, once the agent that would start them again has gone.
func (c *Cluster) removeVMs(ctx context.Context) error {
	c.options.Progress("VMs", "stopping")

	return c.once(ctx, c.nodeEnviron(), nil, "nodeagent", "remove-vms", c.options.ClusterRange.String())
}

// nodeReported returns a check whether the node agent has reported since then.
func (c *Cluster) nodeReported(since time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		api, err := c.client()
		if err != nil {
			return err
		}

		nodes, err := api.ListNodesWithResponse(ctx)
		if err != nil {
			return fmt.Errorf("ask for the node: %w", err)
		}

		if nodes.JSON200 != nil {
			for _, node := range nodes.JSON200.Items {
				if node.LastSeenAt != nil && node.LastSeenAt.After(since) {
					return nil
				}
			}
		}

		return fmt.Errorf("the node has not reported yet: %s", nodes.Body)
	}
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

func alwaysReady(context.Context) error { return nil }

// answers returns nil when the URL answers with success.
func answers(ctx context.Context, url string) error {
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
