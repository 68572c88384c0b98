package nodeagent

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	measureInterval = 10 * time.Second
	measureTimeout  = 5 * time.Second
	// An agent that stops measures once more for so long at most, and then tries for so long to tell what it has measured.
	lastMeasureTimeout = time.Second
	lastReportTimeout  = 2 * time.Second
	lastReportRetry    = 200 * time.Millisecond
)

// measure measures the VMs until ctx ends, and once more then. All nodes do so at the same times, at which minutes begin and end, too.
func (a *Agent) measure(ctx context.Context) error {
	for ctx.Err() == nil {
		pause(ctx, time.Until(time.Now().Truncate(measureInterval).Add(measureInterval)))

		if ctx.Err() == nil {
			a.measureOnce(ctx)
		}
	}

	a.measureLast(context.WithoutCancel(ctx))

	return nil
}

// measureLast tells what was measured until the agent stops: also what is left of minutes before, which may be several reports.
func (a *Agent) measureLast(ctx context.Context) {
	measuring, measured := context.WithTimeout(ctx, lastMeasureTimeout)
	a.measureOnce(measuring)
	measured()

	ctx, cancel := context.WithTimeout(ctx, lastReportTimeout)
	defer cancel()

	for {
		err := a.sendReport(ctx, time.Now().Add(time.Minute)) // Also of the minute that is not over.

		switch {
		case err == nil && !a.usage.isLeft():
			return
		case err != nil && ctx.Err() != nil:
			a.logger.WarnContext(ctx, "what was measured last could not be reported", logging.Error(err))

			return
		case err != nil:
			pause(ctx, lastReportRetry)
		}
	}
}

func (a *Agent) measureOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, measureTimeout)
	defer cancel()

	begun, readings := time.Now(), map[uuid.UUID]reading{}

	// An interface that was made since is read the next time.
	counters, err := network.ReadCounters()
	if err != nil {
		a.logger.WarnContext(ctx, "what VMs send and receive could not be measured", logging.Error(err))
	}

	silent := a.runtime.Uses(ctx, a.assignedVMs(), func(vm uuid.UUID, use containers.Use) {
		// Without counters it is being removed.
		if received, sent, found := counters.Of(vm); found {
			readings[vm] = reading{time.Now(), use, received, sent}
		}
	})
	for vm, err := range silent {
		a.logger.DebugContext(ctx, "a VM could not be measured", logging.VM(vm), logging.Error(err))
	}

	if lost := a.usage.update(begun, readings, lo.Keys(silent)); lost > 0 {
		a.logger.WarnContext(ctx, "the API is away for so long that the oldest measures of VMs are given up", slog.Int("rows", lost))
	}
}

func (a *Agent) assignedVMs() []uuid.UUID {
	a.mu.Lock()
	defer a.mu.Unlock()

	return lo.Keys(a.assigned)
}

// beginMeasuring has what the VM uses count from its start on, which was just now.
func (m *machine) beginMeasuring() {
	first := reading{at: time.Now()}

	// Without it the interface counts from when it was made.
	if counters, err := network.ReadCounters(); err == nil {
		first.received, first.sent, _ = counters.Of(m.id)
	}

	m.agent.usage.begin(m.id, first)
}
