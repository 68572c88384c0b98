package conformance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

func checkGuestMemory(ctx context.Context, t *trial) outcome {
	var facts app.Facts
	if err := t.ask(ctx, t.first, app.FactsPath, nil, &facts); err != nil {
		return failure(err)
	}

	// A kernel of its own, and what the runtime runs beside the app, take their part. Runtimes sell the rest for the app's.
	const more = 256 << 20

	limit := t.first.MemoryBytes

	switch {
	case t.kata && facts.MemoryBytes > limit+more:
		return fail("The guest sees %s with a limit of %s: set default_memory in the runtime's configuration, or the node runs out of memory before its VMs do.",
			size(facts.MemoryBytes), size(limit))
	case t.kata:
		return pass("The guest sees %s with a limit of %s.", size(facts.MemoryBytes), size(limit))
	case facts.MemoryLimitBytes != limit:
		return fail("The VM sees a limit of %s in /sys/fs/cgroup, and was assigned %s.", size(facts.MemoryLimitBytes), size(limit))
	default:
		return pass("%s by its cgroup, and the node's %s by /proc.", size(limit), size(facts.MemoryBytes))
	}
}

func checkProcessor(ctx context.Context, t *trial) outcome {
	const (
		duration = time.Second
		attempts = 10
		permille = 1000
		// An app gets its share by periods, and a busy node has less than that to give. Where it got little nothing can be told of its limit.
		most, least = 1.3, 0.6
	)

	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		var (
			burned app.Burned
			share  float64
			limit  = float64(vm.CPUMillis) / permille
		)

		for range attempts {
			if err := t.ask(ctx, vm, fmt.Sprintf("%s?n=%d", app.BurnPath, duration.Milliseconds()), nil, &burned); err != nil {
				return failure(err)
			}

			share = burned.Used.Seconds() / burned.Wall.Seconds()

			switch {
			case share > limit*most:
				return fail("It used %.2f processors with a limit of %.2f.", share, limit)
			case share > limit*least:
				return pass("It used %.2f of %d processors, with a limit of %.2f.", share, burned.Processors, limit)
			}
		}

		return skip("The node is too busy to tell: an app that computes got %.2f processors, with a limit of %.2f.", share, limit)
	})
}

func checkMemory(ctx context.Context, t *trial) outcome {
	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		// It is not answered: the app is ended.
		asking, cancel := context.WithCancel(ctx)
		defer cancel()

		go func() { _ = t.ask(asking, vm, app.AllocatePath, nil, nil) }()

		report, err := t.platform.awaitReport(ctx, t.options.Patience, vm.ID, "ended", func(r client.VMReport) bool { return r.ExitCode != nil })
		if err != nil {
			return failure(err)
		}

		message := lo.FromPtr(report.Message)

		switch {
		case strings.Contains(message, "more memory than its limit"):
			return pass("Ended at its %s, and reported as out of memory.", size(vm.MemoryBytes))
		case t.kata && strings.Contains(message, "may have run out of memory"):
			return unsupported("Ended at its %s, and reported as killed: the runtime does not tell why.", size(vm.MemoryBytes))
		default:
			return fail("The app was ended over its memory, and what is reported is another reason (exit code %d): %s", *report.ExitCode, message)
		}
	})
}

func checkProcesses(ctx context.Context, t *trial) outcome {
	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		most := 2 * vm.PIDS //nolint:mnd // More than it may.

		var crowd app.Crowd
		if err := t.ask(ctx, vm, fmt.Sprintf("%s?n=%d", app.CrowdPath, most), nil, &crowd); err != nil {
			return failure(err)
		}

		switch {
		case crowd.Started < vm.PIDS && crowd.Error != "":
			return pass("It could start %d more, with a limit of %d.", crowd.Started, vm.PIDS)
		case t.kata:
			return unsupported("An app may use up the processes of its guest (%d, with a limit of %d).", crowd.Started, vm.PIDS)
		default:
			return fail("It started %d processes with a limit of %d.", crowd.Started, vm.PIDS)
		}
	})
}
