package containers

import (
	"context"
	"fmt"
	"strconv"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/sandbox"
	"github.com/containerd/errdefs"
	"github.com/google/uuid"
	"github.com/samber/lo"
)

// The labels of a container whose VM runs once.
const (
	// labelBegun is written before the command starts: from then on the command must not be started again.
	labelBegun       = "zeitwork.begun"
	labelExitCode    = "zeitwork.exit-code"
	labelOutOfMemory = "zeitwork.out-of-memory"
)

// Once is the progress of a VM that runs once. The zero value means that it was not begun.
type Once struct {
	// Task is the running or ended task; nil where there is none.
	Task *Task
	// Exit is how it ended; nil where WriteExit was not called.
	Exit *Exit
	// Lost tells that the VM was begun and that its exit code is lost.
	Lost bool
}

// FindOnce looks for a VM that runs once. It continues a start that was cut short, which is safe because containerd starts a task only once.
func (r *Runtime) FindOnce(ctx context.Context, vm uuid.UUID) (Once, error) {
	container, err := r.client.LoadContainer(ctx, vm.String())
	if errdefs.IsNotFound(err) {
		return Once{}, nil
	}

	if err != nil {
		return Once{}, fmt.Errorf("load container: %w", err)
	}

	info, err := container.Info(ctx, containerd.WithoutRefreshedMetadata)
	if err != nil {
		return Once{}, fmt.Errorf("load the labels of a container: %w", err)
	}

	if info.Labels[labelBegun] == "" {
		return Once{}, nil
	}

	found := Once{Exit: recordedExit(info.Labels)}

	task, err := container.Task(ctx, nil)
	if errdefs.IsNotFound(err) {
		found.Lost = found.Exit == nil

		return found, nil
	}

	if err != nil {
		return Once{}, fmt.Errorf("load task: %w", err)
	}

	status, err := task.Status(ctx)
	if err != nil {
		return Once{}, fmt.Errorf("read the state of a task: %w", err)
	}

	if status.Status == containerd.Created {
		starting, cancel := outlast(ctx, startTime)
		defer cancel()

		if err := task.Start(starting); err != nil {
			return Once{}, fmt.Errorf("start task: %w", err)
		}
	}

	found.Task = newTask(ctx, container, task, info.CreatedAt)

	return found, nil
}

// WriteExit records how a VM that runs once ended. Its task may be deleted after that.
func (r *Runtime) WriteExit(ctx context.Context, vm uuid.UUID, exit Exit) error {
	container, err := r.client.LoadContainer(ctx, vm.String())
	if err != nil {
		return fmt.Errorf("load container: %w", err)
	}

	_, err = container.SetLabels(ctx, map[string]string{
		labelExitCode: strconv.FormatUint(uint64(exit.Code), 10), labelOutOfMemory: strconv.FormatBool(exit.OutOfMemory),
	})
	if err != nil {
		return fmt.Errorf("label container: %w", err)
	}

	return nil
}

// recordedExit returns the exit that WriteExit recorded, or nil.
func recordedExit(labels map[string]string) *Exit {
	code, err := strconv.ParseUint(labels[labelExitCode], 10, 32)
	if err != nil {
		return nil
	}

	return &Exit{Code: uint32(code), OutOfMemory: labels[labelOutOfMemory] == "true"}
}

// markBegun must be called before the start of the task.
func (r *Runtime) markBegun(ctx context.Context, container containerd.Container) error {
	if err := r.keepShim(ctx, container.ID()); err != nil {
		return err
	}

	if _, err := container.SetLabels(ctx, map[string]string{labelBegun: "true"}); err != nil {
		return fmt.Errorf("label container: %w", err)
	}

	return nil
}

// keepShim protects the VM's shim from a restart of containerd. A starting containerd removes shims whose process has ended, and with one the only
// record of the exit code. It spares the shims of sandboxes, and a record in the sandbox store is enough to make one.
func (r *Runtime) keepShim(ctx context.Context, name string) error {
	_, err := r.client.SandboxStore().Create(ctx, sandbox.Sandbox{ID: name, Runtime: sandbox.RuntimeOpts{Name: r.config.Handler}})
	if err != nil && !errdefs.IsAlreadyExists(err) {
		return fmt.Errorf("protect the shim: %w", err)
	}

	return nil
}

// dropShim is the reverse of keepShim.
func (r *Runtime) dropShim(ctx context.Context, name string) error {
	err := ignoreNotFound(r.client.SandboxStore().Delete(ctx, name))
	if err == nil {
		return nil
	}

	// containerd 1.7 says only in words that there is no such record, as where a removal is done again that had got no further.
	if _, getErr := r.client.SandboxStore().Get(ctx, name); errdefs.IsNotFound(getErr) {
		return nil
	}

	return fmt.Errorf("stop protecting the shim: %w", err)
}

// keptShims returns the names of the VMs that keepShim was called for.
func (r *Runtime) keptShims(ctx context.Context) ([]string, error) {
	kept, err := r.client.SandboxStore().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the protected shims: %w", err)
	}

	return lo.Map(kept, func(record sandbox.Sandbox, _ int) string { return record.ID }), nil
}
