package container

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/zeitwork/zeitwork/internal/id"
)

// Container is one that runs.
type Container struct {
	// Started is the moment at which its process was about to start.
	Started time.Time

	container client.Container
	task      client.Task
}

// Start runs a pulled image with its own configuration, which the options change.
func (r *Runner) Start(ctx context.Context, image client.Image, options ...oci.SpecOpts) (*Container, error) {
	ctx = namespaced(ctx)
	name := id.New().String()
	specification := append([]oci.SpecOpts{oci.WithImageConfig(image), oci.WithHostNamespace(specs.NetworkNamespace)}, options...)

	made, err := r.client.NewContainer(ctx, name, client.WithNewSnapshot(name, image), client.WithNewSpec(specification...))
	if err != nil {
		return nil, fmt.Errorf("make the container: %w", err)
	}

	task, err := made.NewTask(ctx, cio.NullIO)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the task: %w", err), made.Delete(ctx, client.WithSnapshotCleanup))
	}

	running := &Container{container: made, task: task, Started: time.Now()}
	if err := task.Start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the task: %w", err), running.Remove(ctx))
	}

	return running, nil
}

// Remove ends the container and forgets it, also when the context has ended.
func (c *Container) Remove(ctx context.Context) error {
	ctx = namespaced(context.WithoutCancel(ctx))

	exited, err := c.task.Wait(ctx)
	if err == nil && c.task.Kill(ctx, syscall.SIGKILL, client.WithKillAll) == nil {
		<-exited
	}

	_, err = c.task.Delete(ctx)

	return errors.Join(err, c.container.Delete(ctx, client.WithSnapshotCleanup))
}

// PIDs are the container's processes, as the machine numbers them.
func (c *Container) PIDs(ctx context.Context) ([]int, error) {
	processes, err := c.task.Pids(namespaced(ctx))
	if err != nil {
		return nil, fmt.Errorf("list the container's processes: %w", err)
	}

	pids := make([]int, 0, len(processes))
	for _, process := range processes {
		pids = append(pids, int(process.Pid))
	}

	return pids, nil
}
