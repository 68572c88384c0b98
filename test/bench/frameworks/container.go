package frameworks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/local/cluster"
)

// containers runs images on the machine's own network, with no limits.
type containers struct {
	cluster *cluster.Cluster
	client  *client.Client
}

// container is one that runs.
type container struct {
	container client.Container
	task      client.Task
	started   time.Time
}

// namespaced keeps the bench's containers apart from the node's.
func namespaced(ctx context.Context) context.Context {
	return namespaces.WithNamespace(ctx, "frameworkbench")
}

// grant is a password for one repository of the registry.
func (c *containers) grant(repository string) (string, error) {
	const lifetime = time.Hour

	return registryauth.NewGrant(c.cluster.SecretKey(), registryauth.Repository(repository, registryauth.Pull), time.Now(), lifetime)
}

// run pulls an image and starts it. The reference is a tag or a digest, with its separator.
func (c *containers) run(ctx context.Context, repository, reference string, options ...oci.SpecOpts) (*container, error) {
	ctx = namespaced(ctx)

	password, err := c.grant(repository)
	if err != nil {
		return nil, err
	}

	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: docker.ConfigureDefaultRegistries(
		docker.WithPlainHTTP(docker.MatchAllHosts),
		docker.WithAuthorizer(docker.NewDockerAuthorizer(docker.WithAuthCreds(func(string) (string, string, error) {
			return registryauth.GrantUser, password, nil
		}))),
	)})

	image, err := c.client.Pull(ctx, path.Join(c.cluster.Registry(), repository)+reference, client.WithResolver(resolver), client.WithPullUnpack)
	if err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}

	name := id.New().String()
	specification := append([]oci.SpecOpts{oci.WithImageConfig(image), oci.WithHostNamespace(specs.NetworkNamespace)}, options...)

	made, err := c.client.NewContainer(ctx, name, client.WithNewSnapshot(name, image), client.WithNewSpec(specification...))
	if err != nil {
		return nil, fmt.Errorf("make the container: %w", err)
	}

	task, err := made.NewTask(ctx, cio.NullIO)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the task: %w", err), made.Delete(ctx, client.WithSnapshotCleanup))
	}

	running := &container{container: made, task: task, started: time.Now()}
	if err := task.Start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the task: %w", err), running.remove(ctx))
	}

	return running, nil
}

// remove ends the container and forgets it, also when the context has ended.
func (c *container) remove(ctx context.Context) error {
	ctx = namespaced(context.WithoutCancel(ctx))

	exited, err := c.task.Wait(ctx)
	if err == nil && c.task.Kill(ctx, syscall.SIGKILL, client.WithKillAll) == nil {
		<-exited
	}

	_, err = c.task.Delete(ctx)

	return errors.Join(err, c.container.Delete(ctx, client.WithSnapshotCleanup))
}

// execute runs a command in the container and returns how long it took.
func (c *container) execute(ctx context.Context, environment []string, command []string) (time.Duration, error) {
	ctx = namespaced(ctx)

	specification, err := c.container.Spec(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the container's specification: %w", err)
	}

	process := *specification.Process
	process.Args, process.Env = command, append(append([]string{}, process.Env...), environment...)

	var output bytes.Buffer

	execution, err := c.task.Exec(ctx, id.New().String(), &process, cio.NewCreator(cio.WithStreams(nil, &output, &output)))
	if err != nil {
		return 0, fmt.Errorf("prepare %s: %w", strings.Join(command, " "), err)
	}

	exited, err := execution.Wait(ctx)
	if err != nil {
		return 0, fmt.Errorf("wait for %s: %w", strings.Join(command, " "), err)
	}

	began := time.Now()

	if err := execution.Start(ctx); err != nil {
		return 0, fmt.Errorf("start %s: %w", strings.Join(command, " "), err)
	}

	status := <-exited
	took := time.Since(began)

	if _, err := execution.Delete(ctx); err != nil {
		return 0, fmt.Errorf("end %s: %w", strings.Join(command, " "), err)
	}

	if code, _, err := status.Result(); err != nil || code != 0 {
		return 0, fmt.Errorf("%s: exit code %d: %w\n%s", strings.Join(command, " "), code, err, output.String())
	}

	return took, nil
}
