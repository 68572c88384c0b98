package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

var errPatience = errors.New("out of patience")

// await waits until ready returns true, which is called with the lock held.
func (p *platform) await(ctx context.Context, patience time.Duration, ready func() bool) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()

	for {
		p.mu.Lock()
		done, news := ready(), p.news
		p.mu.Unlock()

		if done {
			return nil
		}

		select {
		case <-news:
		case <-timer.C:
			return errPatience
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// awaitApplied waits until the agent has the assignments in force.
func (p *platform) awaitApplied(ctx context.Context, patience time.Duration) error {
	err := p.await(ctx, patience, func() bool { return p.applied == p.version })
	if errors.Is(err, errPatience) {
		return fmt.Errorf("the agent did not take its assignments within %s", brief(patience))
	}

	return err
}

// awaitReport waits for a report of the VM that is what is wanted, which what says, and returns it.
func (p *platform) awaitReport(
	ctx context.Context, patience time.Duration, vm uuid.UUID, what string, wanted func(client.VMReport) bool,
) (told, error) {
	var last told

	err := p.await(ctx, patience, func() bool {
		last = lo.LastOrEmpty(p.told[vm])
		found, ok := lo.Find(p.told[vm], func(t told) bool { return wanted(t.VMReport) })

		if ok {
			last = found
		}

		return ok
	})
	if !errors.Is(err, errPatience) {
		return last, err
	}

	state, message := lo.CoalesceOrEmpty(string(last.State), "not reported at all"), lo.FromPtr(last.Message)
	if message != "" {
		message = ": " + message
	}

	return last, fmt.Errorf("a VM was not %s within %s, but %s%s", what, brief(patience), state, message)
}

// awaitLine waits until the VM's log has the line.
func (p *platform) awaitLine(ctx context.Context, patience time.Duration, vm uuid.UUID, line string) error {
	err := p.await(ctx, patience, func() bool {
		return slices.ContainsFunc(p.lines[vm], func(l client.ShippedLogLine) bool { return l.Line == line })
	})
	if errors.Is(err, errPatience) {
		return fmt.Errorf("the line %q did not arrive within %s", line, brief(patience))
	}

	return err
}

// forget drops what was told of the VM so far.
func (p *platform) forget(vm uuid.UUID) { p.change(func() { delete(p.told, vm) }) }

// toldOf returns what was told of the VM, one after the other.
func (p *platform) toldOf(vm uuid.UUID) []told {
	p.mu.Lock()
	defer p.mu.Unlock()

	return slices.Clone(p.told[vm])
}

// log returns the VM's lines.
func (p *platform) log(vm uuid.UUID) []client.ShippedLogLine {
	p.mu.Lock()
	defer p.mu.Unlock()

	return slices.Clone(p.lines[vm])
}

// assignedAt returns when the VM was first assigned.
func (p *platform) assignedAt(vm uuid.UUID) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.assigned[vm]
}
