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
	"github.com/samber/lo"
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
	// usesTimeout is how long those of several VMs may take together, before each is asked by itself: less than an agent that stops has for its last measure.
	usesTimeout = 400 * time.Millisecond
	// usesAtOnce is how many requests are under way at once, and usesEach for how many VMs one asks.
	usesAtOnce = 32
	usesEach   = 50
)

// Uses asks what each of the VMs uses, and calls answered for those that run, for one after the other. It returns those whose runtime does not answer, with the
// reason. One request asks for many VMs, as most of what it costs does not depend on how many: containerd asks their runtimes one after the other, and where
// one of them hangs each VM is asked for by itself.
func (r *Runtime) Uses(ctx context.Context, vms []uuid.UUID, answered func(vm uuid.UUID, use Use)) (silent map[uuid.UUID]error) {
	silent = map[uuid.UUID]error{}

	var (
		mutex sync.Mutex
		alone []uuid.UUID
	)

	ask := func(some []uuid.UUID) {
		uses, err := r.uses(ctx, some)

		mutex.Lock()
		defer mutex.Unlock()

		switch {
		case err == nil:
			for vm, use := range uses {
				answered(vm, use)
			}
		case len(some) == 1:
			silent[some[0]] = err
		default:
			alone = append(alone, some...)
		}
	}

	r.askForUses(lo.Chunk(vms, usesEach), ask)
	r.askForUses(lo.Chunk(alone, 1), ask)

	return silent
}

// askForUses calls ask for all, for some of them at once.
func (*Runtime) askForUses(all [][]uuid.UUID, ask func([]uuid.UUID)) {
	var group errgroup.Group

	group.SetLimit(usesAtOnce)

	for _, some := range all {
		group.Go(func() error {
			ask(some)

			return nil
		})
	}

	_ = group.Wait() // None of them returns an error.
}

// uses returns what those of the VMs use that run.
func (r *Runtime) uses(ctx context.Context, vms []uuid.UUID) (map[uuid.UUID]Use, error) {
	patience := useTimeout
	if len(vms) > 1 {
		patience = usesTimeout
	}

	ctx, cancel := limit(ctx, patience, fmt.Errorf("the runtime has not answered within %s", patience))
	defer cancel()

	filters := lo.Map(vms, func(vm uuid.UUID, _ int) string { return fmt.Sprintf("id==%q", vm) })

	response, err := r.client.TaskService().Metrics(ctx, &tasks.MetricsRequest{Filters: filters})
	if err = errors.Join(context.Cause(ctx), err); err != nil {
		return nil, fmt.Errorf("ask what VMs use: %w", err)
	}

	uses := make(map[uuid.UUID]Use, len(vms))

	for _, metric := range response.GetMetrics() {
		vm, err := uuid.Parse(metric.GetID())
		if use, runs := useOf(metric); runs && err == nil {
			uses[vm] = use
		}
	}

	return uses, nil
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
