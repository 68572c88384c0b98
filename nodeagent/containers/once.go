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

// What is written down of a VM that runs once, as labels of its container.
const (
	// labelBegun is written before the command may run: from then on nobody may run it anew.
	labelBegun       = "zeitwork.begun"
	labelExitCode    = "zeitwork.exit-code"
	labelOutOfMemory = "zeitwork.out-of-memory"
)

// Once is how far a VM has come that runs once. It was not begun where all fields are zero.
type Once struct {
	// Task runs, or has ended.
	Task *Task
	// Exit is how it ended, where that has been written down.
	Exit *Exit
	// Lost tells that the VM was begun, and that nobody knows any more how it ended.
	Lost bool
}

// FindOnce looks for a VM that runs once. One whose start was cut short goes on: a task starts once, whoever asks for it.
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

	found := Once{Exit: writtenExit(info.Labels)}

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
		if err := task.Start(ctx); err != nil {
			return Once{}, fmt.Errorf("start task: %w", err)
		}
	}

	found.Task = newTask(ctx, container, task, info.CreatedAt)

	return found, nil
}

// WriteExit writes down how a VM ended that runs once, so that its task may be deleted.
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

// writtenExit is nil where nothing has been written down.
func writtenExit(labels map[string]string) *Exit {
	code, err := strconv.ParseUint(labels[labelExitCode], 10, 32)
	if err != nil {
		return nil
	}

	return &Exit{Code: uint32(code), OutOfMemory: labels[labelOutOfMemory] == "true"}
}

// writeBegun comes before the start of a task.
func (r *Runtime) writeBegun(ctx context.Context, container containerd.Container) error {
	if err := r.keepShim(ctx, container.ID()); err != nil {
		return err
	}

	if _, err := container.SetLabels(ctx, map[string]string{labelBegun: "true"}); err != nil {
		return fmt.Errorf("label container: %w", err)
	}

	return nil
}

// keepShim keeps a containerd that starts from taking a shim whose process has ended for one that was leaked: the shim alone knows
// how it ended. Shims of sandboxes are never taken for that, and a record in the store is all that makes one.
func (r *Runtime) keepShim(ctx context.Context, name string) error {
	_, err := r.client.SandboxStore().Create(ctx, sandbox.Sandbox{ID: name, Runtime: sandbox.RuntimeOpts{Name: r.config.Handler}})
	if err != nil && !errdefs.IsAlreadyExists(err) {
		return fmt.Errorf("have the shim kept: %w", err)
	}

	return nil
}

// dropShim is the other way around.
func (r *Runtime) dropShim(ctx context.Context, name string) error {
	if err := ignoreNotFound(r.client.SandboxStore().Delete(ctx, name)); err != nil {
		return fmt.Errorf("have the shim kept no longer: %w", err)
	}

	return nil
}

// keptShims are the names of the VMs whose shims are kept.
func (r *Runtime) keptShims(ctx context.Context) ([]string, error) {
	kept, err := r.client.SandboxStore().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the shims that are kept: %w", err)
	}

	return lo.Map(kept, func(record sandbox.Sandbox, _ int) string { return record.ID }), nil
}
