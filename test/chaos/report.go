package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// report is what came of all disturbances.
type report struct {
	outcomes []outcome
	// rest are the findings and failures that no disturbance stands for.
	rest     []finding
	failures []string
	requests int
	// excused are the requests that met an edge which the harness had just hit.
	excused int
	// forbidden says what came of packets that may not arrive.
	forbidden string
}

// add takes an outcome and says in a line how it went.
func (r *report) add(w io.Writer, o outcome) {
	r.outcomes = append(r.outcomes, o)

	verdict := fmt.Sprintf("converged in %.1f s", o.took.Seconds())
	if !o.converged() {
		verdict = "DID NOT CONVERGE"
	}

	if o.last != "" {
		verdict += " (last: " + o.last + ")"
	}

	if o.resumed != nil {
		verdict += fmt.Sprintf(", resumed in %.2f s", o.resumed.Seconds())
	}

	sayf(w, "%s %3d  %s (%s): %s\n", o.at.Format("15:04:05.000"), len(r.outcomes), o.disturbance, cmp.Or(o.victim, "nothing"), verdict)

	for _, f := range o.findings {
		sayf(w, "     %s\n", f)
	}

	for _, failure := range o.failures {
		sayf(w, "     failed request: %s\n", failure)
	}
}

// totals are the numbers of the last line.
type totals struct {
	kills, converged, lost, orphans, failed int
	resume                                  time.Duration
}

func (r *report) totals() totals {
	t := totals{kills: len(r.outcomes), failed: len(r.failures)}
	found := slices.Clone(r.rest)

	for _, o := range r.outcomes {
		if o.converged() {
			t.converged++
		}

		found = append(found, o.findings...)
		t.failed += len(o.failures)
	}

	t.orphans = lo.CountBy(found, func(f finding) bool { return f.orphan })
	t.lost = len(found) - t.orphans
	t.resume = rig.Percentile(lo.FilterMap(r.outcomes, func(o outcome, _ int) (time.Duration, bool) {
		return lo.FromPtr(o.resumed), o.resumed != nil
	}), ninetyFive)

	return t
}

// held tells whether everything was as it should be.
func (t totals) held() bool {
	return t.lost == 0 && t.orphans == 0 && t.failed == 0 && t.converged == t.kills
}

func (t totals) String() string {
	return fmt.Sprintf("kills=%d converged=%d lost=%d orphans=%d failed_requests=%d resume_p95_s=%.2f",
		t.kills, t.converged, t.lost, t.orphans, t.failed, t.resume.Seconds())
}

// print writes a table of the kinds of disturbances; the last line is for machines.
func (r *report) print(w io.Writer) {
	kinds := lo.GroupBy(r.outcomes, func(o outcome) string { return o.kind() })

	sayf(w, "\n%d requests, %d of them on an edge that had just been hit\n%s\n\n", r.requests, r.excused, r.forbidden)
	sayf(w, "%-24s %6s %10s %9s %9s\n", "disturbance", "count", "converged", "median", "p95")

	for _, kind := range slices.Sorted(slices.Values(lo.Keys(kinds))) {
		outcomes := kinds[kind]
		took := lo.Map(outcomes, func(o outcome, _ int) time.Duration { return o.took })

		sayf(w, "%-24s %6d %10d %7.1f s %7.1f s\n", kind, len(outcomes), lo.CountBy(outcomes, outcome.converged),
			rig.Percentile(took, fifty).Seconds(), rig.Percentile(took, ninetyFive).Seconds())
	}

	sayf(w, "\n%s\n", r.totals())
}

const fifty, ninetyFive = 0.5, 0.95

func sayf(w io.Writer, format string, arguments ...any) { _, _ = fmt.Fprintf(w, format, arguments...) }
