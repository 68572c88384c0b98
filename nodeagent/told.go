package nodeagent

import (
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// wholeInterval is how often a report names all VMs. All others name those that have changed. What was lost at the API, as where its database was restored from
// a backup, is there again after that time.
const wholeInterval = time.Minute

// told is what the API has been told of VMs. Its zero value is that of an agent that starts.
type told struct {
	mu     sync.Mutex
	states map[uuid.UUID]client.VMReport
	// wholeAt is when a report has named all VMs last; zero after a report that may not have been taken.
	wholeAt time.Time
}

// news returns those of the states that the API has not been told of, or all where it is time for that.
func (t *told) news(states []client.VMReport, now time.Time) (news []client.VMReport, whole bool) {
	t.mu.Lock()
	defer t.mu.Unlock()

	if now.Sub(t.wholeAt) >= wholeInterval {
		return states, true
	}

	return lo.Reject(states, func(state client.VMReport, _ int) bool {
		before, known := t.states[state.ID]

		return known && sameReport(before, state)
	}), false
}

// took notes that the API has taken a report.
func (t *told) took(states []client.VMReport, whole bool, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()

	if whole {
		t.states, t.wholeAt = make(map[uuid.UUID]client.VMReport, len(states)), now
	}

	for _, state := range states {
		t.states[state.ID] = state
	}
}

// mayHaveMissed notes that a report was sent of which nobody knows whether the API has taken it: the next one names all VMs.
func (t *told) mayHaveMissed() {
	t.mu.Lock()
	defer t.mu.Unlock()

	t.wholeAt = time.Time{}
}

func sameReport(a, b client.VMReport) bool {
	return a.State == b.State && a.Restarts == b.Restarts && lo.FromPtr(a.ExitCode) == lo.FromPtr(b.ExitCode) &&
		(a.ExitCode == nil) == (b.ExitCode == nil) && textOf(a.Message) == textOf(b.Message)
}
