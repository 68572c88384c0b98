package containers

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// deleteUnfinished kills and deletes the task that is left where a start was cut off, and does nothing where there is none. Such a task has a shim, and
// with Kata Containers a guest, but the runtime knows no process of it. containerd answers that it is not found and, to whoever would make one, that it
// exists already. It is deleted by the id of its container, which must still be there.
func (r *Runtime) deleteUnfinished(ctx context.Context, container string) error {
	_, killErr := r.client.TaskService().Kill(ctx, &tasks.KillRequest{ContainerID: container, Signal: uint32(syscall.SIGKILL), All: true})

	remove := func() error {
		_, err := r.client.TaskService().Delete(ctx, &tasks.DeleteTaskRequest{ContainerID: container})

		return err
	}

	// containerd ends the shim and forgets the task, and answers also then that it was not found. Where the shim has died meanwhile it forgets the task as
	// well, but answers with another error first.
	err := remove()
	if err != nil && status.Code(err) != codes.NotFound {
		err = remove()
	}

	if err != nil && status.Code(err) != codes.NotFound {
		return fmt.Errorf("delete the task of a start that was cut off: %w", errors.Join(err, killErr))
	}

	return nil
}
