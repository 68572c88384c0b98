package containers

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	cgroup2 "github.com/containerd/cgroups/v3/cgroup2/stats"
	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types"
	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/typeurl/v2"
	"github.com/google/uuid"
	"github.com/samber/lo"
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

// oneHangs answers for all VMs but one, for which it never does.
type oneHangs struct {
	tasks.TasksClient

	hangs    uuid.UUID
	requests atomic.Int32
}

func (o *oneHangs) Metrics(ctx context.Context, request *tasks.MetricsRequest, _ ...grpc.CallOption) (*tasks.MetricsResponse, error) {
	o.requests.Add(1)

	answer := &tasks.MetricsResponse{}

	for _, filter := range request.GetFilters() {
		name, err := strconv.Unquote(strings.TrimPrefix(filter, "id=="))
		if err != nil {
			return nil, err
		}

		if name == o.hangs.String() {
			<-ctx.Done()

			return nil, ctx.Err()
		}

		data, err := typeurl.MarshalAnyToProto(&cgroup2.Metrics{CPU: &cgroup2.CPUStat{UsageUsec: 7}, Memory: &cgroup2.MemoryStat{Usage: 5}})
		if err != nil {
			return nil, err
		}

		answer.Metrics = append(answer.Metrics, &types.Metric{ID: name, Data: data})
	}

	return answer, nil
}

func TestUses_OneRequestAsksForMany_AndOneThatHangsIsTheOnlySilentOne(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		vms := lo.Times(2*usesEach, func(int) uuid.UUID { return uuid.New() })
		service := &oneHangs{}

		client, err := containerd.New("", containerd.WithServices(containerd.WithTaskClient(service)))
		require.NoError(t, err)

		var answered []uuid.UUID

		note := func(vm uuid.UUID, use Use) {
			require.Equal(t, Use{CPU: 7 * time.Microsecond, MemoryBytes: 5}, use)

			answered = append(answered, vm)
		}

		require.Empty(t, New(client, Config{}).Uses(t.Context(), vms, note))
		require.ElementsMatch(t, vms, answered)
		require.EqualValues(t, 2, service.requests.Load())

		answered, service.hangs = nil, vms[3]
		silent := New(client, Config{}).Uses(t.Context(), vms, note)
		require.Len(t, silent, 1)
		require.Error(t, silent[vms[3]])
		require.ElementsMatch(t, lo.Without(vms, vms[3]), answered)
	})
}
