package containers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	cgroup1 "github.com/containerd/cgroups/v3/cgroup1/stats"
	cgroup2 "github.com/containerd/cgroups/v3/cgroup2/stats"
	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/typeurl/v2"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Use is what a VM has used since it was started, and the memory that it uses now.
type Use struct {
	CPU time.Duration
	// MemoryBytes leaves out what the kernel only keeps of files and gives up when memory is needed, as `docker stats` does.
	MemoryBytes int64
}

const (
	// useTimeout is how long a VM's runtime may take to answer. One that hangs never does.
	useTimeout = 2 * time.Second
	// usesAtOnce is how many VMs are asked at once.
	usesAtOnce = 32
)

// Uses asks what each of the VMs uses, and calls answered for those that run, for one after the other and as soon as each has answered. It returns those whose
// runtime does not answer, with the reason.
func (r *Runtime) Uses(ctx context.Context, vms []uuid.UUID, answered func(vm uuid.UUID, use Use)) (silent map[uuid.UUID]error) {
	silent = map[uuid.UUID]error{}

	var (
		mutex sync.Mutex
		group errgroup.Group
	)

	group.SetLimit(usesAtOnce)

	for _, vm := range vms {
		group.Go(func() error {
			use, runs, err := r.use(ctx, vm)

			mutex.Lock()
			defer mutex.Unlock()

			switch {
			case err != nil:
				silent[vm] = err
			case runs:
				answered(vm, use)
			}

			return nil
		})
	}

	_ = group.Wait() // None of them returns an error.

	return silent
}

// use asks for one VM: containerd asks for several one after the other, and one that hangs keeps it from the others.
func (r *Runtime) use(ctx context.Context, vm uuid.UUID) (use Use, runs bool, err error) {
	ctx, cancel := limit(ctx, useTimeout, fmt.Errorf("the runtime has not answered within %s", useTimeout))
	defer cancel()

	response, err := r.client.TaskService().Metrics(ctx, &tasks.MetricsRequest{Filters: []string{fmt.Sprintf("id==%q", vm)}})
	if err != nil {
		return Use{}, false, fmt.Errorf("ask what the VM uses: %w", errors.Join(context.Cause(ctx), err))
	}

	for _, metric := range response.GetMetrics() {
		if use, runs = useOf(metric); runs {
			return use, true, nil
		}
	}

	if cause := context.Cause(ctx); cause != nil {
		return Use{}, false, fmt.Errorf("ask what the VM uses: %w", cause)
	}

	return Use{}, false, nil
}

func useOf(metric *types.Metric) (Use, bool) {
	data, err := typeurl.UnmarshalAny(metric.GetData())
	if err != nil {
		return Use{}, false
	}

	switch metrics := data.(type) {
	case *cgroup1.Metrics:
		cpu := time.Duration(metrics.GetCPU().GetUsage().GetTotal()) //nolint:gosec // Nanoseconds of three centuries.

		return Use{cpu, without(metrics.GetMemory().GetUsage().GetUsage(), metrics.GetMemory().GetTotalInactiveFile())}, true
	case *cgroup2.Metrics:
		cpu := time.Duration(metrics.GetCPU().GetUsageUsec()) * time.Microsecond //nolint:gosec // As above.

		return Use{cpu, without(metrics.GetMemory().GetUsage(), metrics.GetMemory().GetInactiveFile())}, true
	default:
		return Use{}, false
	}
}

func without(all, part uint64) int64 {
	return int64(all - min(part, all)) //nolint:gosec // Bytes of memory.
}
