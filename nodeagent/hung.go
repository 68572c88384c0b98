package nodeagent

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// doubtFactor is how many times as long an app may be silent where its node may be the reason.
	doubtFactor = 5
	// answeredLately is within what time an app that is well has answered a probe.
	answeredLately = 3 * healthyInterval / 2
	// longestProbe bounds what one failed probe counts of an app's silence. While the machine slept or the agent got no processor, nobody asked.
	longestProbe = probeTimeout + 2*unhealthyInterval
	// idleShare is the share of the machine's processor time that must be idle for there to be enough for all.
	idleShare = 0.05
)

// silence is how long an app that was healthy since its start has not answered, with any status. An app that does answer is not hung, whatever
// it says: one that reports trouble, such as with its database or that it is being maintained, would not get well by a restart.
type silence struct {
	lasts time.Duration
	asked time.Time
	begun processorTime
}

// after returns the silence with a probe more, which was made at asked and got no answer.
func (s silence) after(asked time.Time) silence {
	if s.lasts == 0 {
		s.asked, s.begun = asked, readProcessorTime()
	}

	s.lasts += min(time.Since(s.asked), longestProbe)
	s.asked = time.Now()

	return s
}

// listen returns the app's silence after a probe that was made at asked.
func (m *machine) listen(ctx context.Context, before silence, complaint *complaint, asked time.Time) silence {
	wasHealthy := m.answeredAt.Load() != 0

	switch {
	case complaint == nil, complaint.answered && wasHealthy:
		m.noteAnswer(ctx)
	case complaint.silent && wasHealthy:
		return before.after(asked)
	}

	return silence{}
}

// noteAnswer notes that the app has answered. An agent that adopts the VM must know whether it ever was healthy.
func (m *machine) noteAnswer(ctx context.Context) {
	if m.answeredAt.Swap(time.Now().UnixNano()) != 0 {
		return
	}

	if err := m.agent.runtime.MarkHealthy(ctx, m.id); err != nil && ctx.Err() == nil {
		m.logger.WarnContext(ctx, "that the VM was healthy could not be noted", logging.Error(err))
	}
}

// isHung tells whether an app has been silent for so long that it is to be started again. doubted tells whether its node may be the reason.
func (s silence) isHung(limit time.Duration, doubted func() bool) bool {
	switch {
	case limit <= 0 || s.lasts < limit:
		return false
	case s.lasts >= doubtFactor*limit:
		return true
	default:
		return !doubted()
	}
}

// nodeMayBeTheReason tells whether the node rather than the app may be the reason of the app's silence.
func (m *machine) nodeMayBeTheReason(s silence) bool {
	return m.agent.othersAreSilent(m) || readProcessorTime().idleSince(s.begun) < idleShare
}

// othersAreSilent tells whether there are other VMs whose apps were healthy, and none of them answers.
func (a *Agent) othersAreSilent(than *machine) bool {
	a.mu.Lock()
	defer a.mu.Unlock()

	others := false

	for _, other := range a.machines {
		at := other.answeredAt.Load()
		if other == than || at == 0 {
			continue
		}

		if time.Since(time.Unix(0, at)) < answeredLately {
			return false
		}

		others = true
	}

	return others
}

// endHung asks a hung app to end, and ends it, so that it is started again.
func (m *machine) endHung(ctx context.Context, silent time.Duration) {
	m.logger.WarnContext(ctx, "the app has hung and is restarted", slog.Duration("silent_for", silent))
	m.set(client.VMReportStateUnhealthy, m.describeSilence(silent))

	retry := backoff{first: firstBackoff, last: lastBackoff}

	for ctx.Err() == nil {
		err := m.agent.runtime.Stop(ctx, m.id, m.grace())
		if err == nil || ctx.Err() != nil {
			return
		}

		m.logger.WarnContext(ctx, "the hung app could not be stopped; it is tried again", logging.Error(err))
		retry.pause(ctx)
	}
}

func (m *machine) describeSilence(silent time.Duration) string {
	return fmt.Sprintf("The app did not answer on port %d for %.0f s: it is restarted. Its log may say why.", m.vm.Port, silent.Seconds())
}
