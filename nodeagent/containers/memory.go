package containers

import (
	"context"

	cgroup1 "github.com/containerd/cgroups/v3/cgroup1/stats"
	cgroup2 "github.com/containerd/cgroups/v3/cgroup2/stats"
	"github.com/containerd/typeurl/v2"
)

// outOfMemory asks the VM's cgroup, which exists until the task is deleted. Where the cgroup cannot be read it returns false, and the exit code
// must be explanation enough.
func (t *Task) outOfMemory(ctx context.Context) bool {
	metric, err := t.task.Metrics(ctx)
	if err != nil {
		return false
	}

	data, err := typeurl.UnmarshalAny(metric.GetData())
	if err != nil {
		return false
	}

	switch metrics := data.(type) {
	case *cgroup1.Metrics:
		return metrics.GetMemoryOomControl().GetOomKill() > 0
	case *cgroup2.Metrics:
		return metrics.GetMemoryEvents().GetOomKill() > 0
	default:
		return false
	}
}
