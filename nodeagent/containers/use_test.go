package containers

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	containerd "github.com/containerd/containerd/v2/client"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// hangingTasks answers as containerd does of VMs whose runtimes hang: when the call ends, that there is no such VM.
type hangingTasks struct {
	tasks.TasksClient

	hasDeadline bool
}

func (h *hangingTasks) Metrics(ctx context.Context, _ *tasks.MetricsRequest, _ ...grpc.CallOption) (*tasks.MetricsResponse, error) {
	_, h.hasDeadline = ctx.Deadline()
	<-ctx.Done()

	return &tasks.MetricsResponse{}, nil
}

func TestUses_OfVMsThatHang_AreNotThoseOfVMsThatDoNotRun(t *testing.T) {
	t.Parallel()

	for name, patience := range map[string]time.Duration{"the runtime's time": time.Hour, "the caller's time": useTimeout / 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				hanging, vm := &hangingTasks{}, uuid.New()

				client, err := containerd.New("", containerd.WithServices(containerd.WithTaskClient(hanging)))
				require.NoError(t, err)

				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()

				begun := time.Now()
				silent := New(client, Config{}).Uses(ctx, []uuid.UUID{vm}, func(uuid.UUID, Use) { require.Fail(t, "it has not answered") })
				require.Error(t, silent[vm])
				require.Equal(t, min(patience, useTimeout), time.Since(begun))
				require.False(t, hanging.hasDeadline, "of which containerd would hear")
			})
		})
	}
}
