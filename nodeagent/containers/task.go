package containers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/containerd/errdefs"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// killTime is how long a VM may take to end after SIGKILL.
	killTime = 10 * time.Second
	// startTime is how long the runtime may go on with a start that is no longer wanted. One that is cut off may leave a part of a VM that nobody knows.
	startTime = 5 * time.Second
)

// Task is a VM that was started: it runs, or has ended.
type Task struct {
	task   containerd.Task
	signal syscall.Signal
	// made is when its container was made. Every start makes a new one.
	made time.Time
	// wasHealthy is what MarkHealthy wrote before the task was found.
	wasHealthy bool
}

// Exit is how a VM ended.
type Exit struct {
	Code uint32
	// OutOfMemory tells that the kernel ended a process because the VM used more memory than its limit.
	OutOfMemory bool
	// Ran is how long it ran, including the time of restarts of the agent.
	Ran time.Duration
}

// Adopt returns the VM's task, running or ended, and how often the VM was restarted before. The task is nil, and the VM is to be started, where no
// agent started it from a description that asks for the same.
func (r *Runtime) Adopt(ctx context.Context, vm VM) (*Task, int64, error) {
	task, container, err := r.find(ctx, vm.ID)
	if err != nil || !vm.isOf(container) {
		return nil, 0, err
	}

	restarts, _ := strconv.ParseInt(container.Labels[labelRestarts], 10, 64)

	return task, restarts, nil
}

// MarkHealthy writes that the VM was healthy since its start, for an agent that adopts it.
func (r *Runtime) MarkHealthy(ctx context.Context, vm uuid.UUID) error {
	container, err := r.client.LoadContainer(ctx, vm.String())
	if err != nil {
		return fmt.Errorf("load container: %w", err)
	}

	if _, err := container.SetLabels(ctx, map[string]string{labelHealthy: "true"}); err != nil {
		return fmt.Errorf("label container: %w", err)
	}

	return nil
}

// Stop sends a running VM the stop signal of its image, which is SIGTERM for most, and SIGKILL after grace.
func (r *Runtime) Stop(ctx context.Context, vm uuid.UUID, grace time.Duration) error {
	task, _, err := r.find(ctx, vm)
	if err != nil || task == nil {
		return err
	}

	return task.stop(ctx, grace)
}

// find returns the VM's task and the record of its container. The task is nil where none was started, and the record is empty where none was made.
func (r *Runtime) find(ctx context.Context, vm uuid.UUID) (*Task, containers.Container, error) {
	var none containers.Container

	container, err := r.client.LoadContainer(ctx, vm.String())
	if errdefs.IsNotFound(err) {
		return nil, none, nil
	}

	if err != nil {
		return nil, none, fmt.Errorf("load container: %w", err)
	}

	info, err := container.Info(ctx, containerd.WithoutRefreshedMetadata)
	if err != nil {
		return nil, none, fmt.Errorf("load the record of a container: %w", err)
	}

	task, err := container.Task(ctx, nil)
	if errdefs.IsNotFound(err) {
		return nil, info, nil
	}

	if err != nil {
		return nil, none, fmt.Errorf("load task: %w", err)
	}

	status, err := task.Status(ctx)
	// The task has gone since it was loaded: somebody else removes the VM.
	if errdefs.IsNotFound(err) {
		return nil, info, nil
	}

	if err != nil {
		return nil, none, fmt.Errorf("read the state of a task: %w", err)
	}

	if status.Status != containerd.Running && status.Status != containerd.Stopped {
		return nil, info, nil
	}

	found := newTask(ctx, container, task, info.CreatedAt)
	found.wasHealthy = info.Labels[labelHealthy] != ""

	return found, info, nil
}

func newTask(ctx context.Context, container containerd.Container, task containerd.Task, made time.Time) *Task {
	signal, err := containerd.GetStopSignal(ctx, container, syscall.SIGTERM)
	if err != nil {
		signal = syscall.SIGTERM
	}

	return &Task{task: task, signal: signal, made: made}
}

// Start makes the VM anew, with a fresh root filesystem, and starts it. The caller has pulled the image, called Clear, and attached a network in which
// nothing has run. Where the image cannot be started it returns a problem with the code invalid.
func (r *Runtime) Start(ctx context.Context, vm VM, restarts int64) (*Task, error) {
	held, err := r.hold(ctx, vm.ID)
	if err != nil {
		return nil, err
	}

	if r.config.limitsDisk() {
		if err := makeDisk(ctx, r.folder(vm.ID), r.config.DiskBytes, &r.blank); err != nil {
			return nil, err
		}
	}

	if err := writeFiles(vm, r.filesFolder(vm.ID), r.config.Nameservers); err != nil {
		return nil, err
	}

	container, err := r.create(held, vm, restarts)
	if err != nil {
		return nil, err
	}

	if r.config.limitsDisk() {
		if err := r.layDisk(held, vm.ID); err != nil {
			return nil, err
		}
	}

	if err := r.release(ctx, vm.ID); err != nil {
		return nil, err
	}

	starting, cancel := outlast(ctx, startTime)
	defer cancel()

	task, err := r.makeTask(starting, container, vm)
	if err != nil {
		return nil, fmt.Errorf("make task: %w", err)
	}

	// What was made and is no longer wanted is not begun. The next start or the removal deletes it.
	if ctx.Err() != nil {
		return nil, fmt.Errorf("make task: %w", ctx.Err())
	}

	if vm.Once {
		if err := r.markBegun(starting, container); err != nil {
			return nil, err
		}
	}

	if err := task.Start(starting); err != nil {
		return nil, fmt.Errorf("start task: %w", err)
	}

	return newTask(ctx, container, task, time.Now()), nil
}

// makeTask makes the VM's task, in the place of one that a start has left which was cut off.
func (r *Runtime) makeTask(ctx context.Context, container containerd.Container, vm VM) (containerd.Task, error) {
	logs := cio.BinaryIO(r.config.Logger, map[string]string{r.config.LoggerCommand: vm.LogFolder})

	task, err := container.NewTask(ctx, logs)
	if !errdefs.IsAlreadyExists(err) {
		return task, err
	}

	if err := r.deleteUnfinished(ctx, container.ID()); err != nil {
		return nil, err
	}

	return container.NewTask(ctx, logs)
}

func (r *Runtime) create(ctx context.Context, vm VM, restarts int64) (containerd.Container, error) {
	image, err := r.client.GetImage(ctx, vm.Image)
	if err != nil {
		return nil, fmt.Errorf("find image: %w", err)
	}

	config, err := image.Spec(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of an image: %w", err)
	}

	if len(vm.Command)+len(config.Config.Entrypoint)+len(config.Config.Cmd) == 0 {
		return nil, problem.New(problem.Invalid, "The image says no command to start. Add a CMD or an ENTRYPOINT to the Dockerfile.")
	}

	for name, value := range vm.Environment {
		if strings.ContainsRune(name+value, 0) {
			return nil, problem.New(problem.Invalid, "The environment variable %q holds a NUL character. Set it again without.", name)
		}
	}

	container, err := r.client.NewContainer(ctx, vm.ID.String(),
		containerd.WithImage(image),
		containerd.WithSnapshotter(r.config.Snapshotter),
		containerd.WithNewSnapshot(vm.ID.String(), image),
		containerd.WithContainerLabels(map[string]string{
			labelVM: vm.ID.String(), labelDeployment: vm.DeploymentID.String(), labelGeneration: vm.generation(),
			labelRestarts: strconv.FormatInt(restarts, 10),
		}),
		containerd.WithImageStopSignal(image, "SIGTERM"),
		containerd.WithRuntime(r.config.Handler, r.config.handlerOptions()),
		containerd.WithNewSpec(r.specification(image, vm)...),
	)
	if errors.Is(err, oci.ErrNoUsersFound) || (errors.Is(err, fs.ErrNotExist) && config.Config.User != "") {
		return nil, problem.Wrap(err, problem.Invalid,
			"The image starts as the user %q, whom its /etc/passwd does not know. Change USER in the Dockerfile.", config.Config.User)
	}

	if err != nil {
		return nil, fmt.Errorf("make container: %w", err)
	}

	return container, nil
}

// PID returns the id on the node of the process that is the VM's init or, with a virtual machine, its hypervisor.
func (t *Task) PID() int { return int(t.task.Pid()) }

// WasHealthy tells of an adopted VM whether it was healthy since its start.
func (t *Task) WasHealthy() bool { return t.wasHealthy }

// Wait waits for the VM's end and returns how it ended. After an error, as when containerd went away, the caller adopts the VM again.
func (t *Task) Wait(ctx context.Context) (Exit, error) {
	exited, err := t.task.Wait(ctx)
	if err != nil {
		return Exit{}, fmt.Errorf("wait for a task: %w", err)
	}

	select {
	case status := <-exited:
		if err := status.Error(); err != nil {
			return Exit{}, fmt.Errorf("wait for a task: %w", err)
		}

		return Exit{Code: status.ExitCode(), OutOfMemory: t.outOfMemory(ctx), Ran: status.ExitTime().Sub(t.made)}, nil
	case <-ctx.Done():
		return Exit{}, fmt.Errorf("wait for a task: %w", ctx.Err())
	}
}

// Delete removes the ended task. When it returns, all that the VM wrote is in its log.
func (t *Task) Delete(ctx context.Context) error {
	if _, err := t.task.Delete(ctx, containerd.WithProcessKill); ignoreNotFound(err) != nil {
		return fmt.Errorf("delete task: %w", err)
	}

	return nil
}

func (t *Task) stop(ctx context.Context, grace time.Duration) error {
	exited, err := t.task.Wait(ctx)
	if err != nil {
		return ignoreNotFound(fmt.Errorf("wait for a task: %w", err))
	}

	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{t.signal, grace}, {syscall.SIGKILL, killTime}} {
		err := t.task.Kill(ctx, step.signal)
		if errdefs.IsNotFound(err) {
			return nil
		}

		if err != nil {
			return fmt.Errorf("send %s: %w", step.signal, err)
		}

		select {
		case <-exited:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("stop task: %w", ctx.Err())
		case <-time.After(step.wait):
		}
	}

	return fmt.Errorf("the VM still runs %s after SIGKILL", killTime)
}
