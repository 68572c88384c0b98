package containers

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/containerd/containerd/api/events"
	"github.com/containerd/typeurl/v2"
	"github.com/google/uuid"
)

// WatchOutOfMemory calls told for each VM of which its runtime tells that the kernel ended a process in it because the VM used more memory than its limit.
// It returns, always with an error, when ctx ends and when containerd goes away.
func (r *Runtime) WatchOutOfMemory(ctx context.Context, told func(vm uuid.UUID)) error {
	received, failed := r.client.Subscribe(ctx, fmt.Sprintf(`namespace==%q,topic=="/tasks/oom"`, r.client.DefaultNamespace()))

	for {
		select {
		case envelope := <-received:
			event, err := typeurl.UnmarshalAny(envelope.Event)
			if err != nil {
				return fmt.Errorf("read an event of containerd: %w", err)
			}

			oom, ok := event.(*events.TaskOOM)
			if !ok {
				continue
			}

			if vm, err := uuid.Parse(oom.GetContainerID()); err == nil {
				told(vm)
			}
		case err := <-failed:
			return fmt.Errorf("listen to containerd: %w", cmp.Or(err, io.EOF))
		}
	}
}
