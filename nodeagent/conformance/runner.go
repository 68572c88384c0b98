package conformance

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Observer sees the checks as they go. No two of its methods are called at the same time.
type Observer interface {
	// Running is called with the names of the checks that are under way, whenever they change.
	Running(names []string)
	// Found is called with each finding, in the order of the checks.
	Found(finding Finding)
}

// runner runs checks, several at once where they may, and tells of them in their order.
type runner struct {
	trial    *trial
	observer Observer

	mu       sync.Mutex
	checks   []Check
	running  []string
	findings []*Finding
	shown    int
}

func newRunner(t *trial, observer Observer) *runner { return &runner{trial: t, observer: observer} }

func (r *runner) run(ctx context.Context, checks []Check) []Finding {
	r.checks, r.findings = checks, make([]*Finding, len(checks))

	for left := checks; len(left) > 0; {
		first, together := len(checks)-len(left), 1
		for !left[0].alone && together < len(left) && !left[together].alone {
			together++
		}

		var group errgroup.Group

		group.SetLimit(r.trial.options.Parallel)

		for i := range together {
			group.Go(func() error {
				r.runOne(ctx, first+i)

				return nil
			})
		}

		_ = group.Wait() // No check returns an error.

		left = left[together:]
	}

	found := make([]Finding, 0, len(checks))
	for _, finding := range r.findings {
		found = append(found, *finding)
	}

	return found
}

func (r *runner) runOne(ctx context.Context, i int) {
	r.begin(r.checks[i].Name)

	begun := time.Now()

	var o outcome

	switch {
	case ctx.Err() != nil:
	case i > 0 && r.findings[0].Result == Failed:
		o = skip("It needs a VM that runs.")
	default:
		o = r.checks[i].run(ctx, r.trial)
	}

	if ctx.Err() != nil && o.result != Passed {
		o = skip("It was interrupted.")
	}

	r.end(i, Finding{Check: r.checks[i].Name, Result: o.result, Reason: o.reason, Seconds: time.Since(begun).Round(time.Millisecond).Seconds()})
}

func (r *runner) begin(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.running = append(r.running, name)
	r.observer.Running(slices.Clone(r.running))
}

func (r *runner) end(i int, finding Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.findings[i] = &finding
	r.running = slices.DeleteFunc(r.running, func(name string) bool { return name == finding.Check })

	for ; r.shown < len(r.findings) && r.findings[r.shown] != nil; r.shown++ {
		r.observer.Found(*r.findings[r.shown])
	}

	r.observer.Running(slices.Clone(r.running))
}
