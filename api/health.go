package api

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/version"
)

// The values of HealthCheck.State.
const (
	healthy   = "ok"
	noticed   = "notice"
	unhealthy = "problem"
)

const (
	// healthTime bounds a look at the whole platform.
	healthTime = 15 * time.Second
	// mostNamed is how many machines or kinds one part of a report names.
	mostNamed = 20
)

// health is a report that is being written.
type health struct {
	checks []HealthCheck
}

func (h *health) ok(part, detail string, values ...any) { h.add(healthy, part, "", detail, values...) }

func (h *health) notice(part, advice, detail string, values ...any) {
	h.add(noticed, part, advice, detail, values...)
}

func (h *health) problem(part, advice, detail string, values ...any) {
	h.add(unhealthy, part, advice, detail, values...)
}

// add adds a line. Of a part that fails everywhere it says how many lines are left out.
func (h *health) add(state, part, advice, detail string, values ...any) {
	named := 0

	for _, check := range h.checks {
		if check.Part == part {
			named++
		}
	}

	switch {
	case named < mostNamed:
		h.checks = append(h.checks, HealthCheck{Part: part, State: state, Detail: fmt.Sprintf(detail, values...), Advice: advice})
	case named == mostNamed:
		h.checks = append(h.checks, HealthCheck{Part: part, State: state, Detail: "There are more of this part, which are left out"})
	}
}

// has tells whether anything was found of the part.
func (h *health) has(part string) bool {
	for _, check := range h.checks {
		if check.Part == part {
			return true
		}
	}

	return false
}

// platform is what the database knows of the machines of the platform.
type platform struct {
	now     time.Time
	nodes   []database.ListNodesRow
	edges   []database.ListEdgesRow
	workers []database.ListWorkersRow
	// builders are those of the workers in touch.
	builders []BuilderVersion
}

// getPlatformHealth looks at the whole installation. Each of its queries is bounded.
func (s *service) getPlatformHealth(ctx context.Context, _ *struct{}) (*PlatformHealthOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()

	known := platform{now: time.Now()}

	var err error
	if known.nodes, err = s.queries.ListNodes(ctx, seenWithin, uuid.Nil, mostMachines); err != nil {
		return nil, err
	}

	if known.edges, err = s.queries.ListEdges(ctx, seenWithin, uuid.Nil, mostMachines); err != nil {
		return nil, err
	}

	if known.workers, err = s.queries.ListWorkers(ctx, seenWithin, uuid.Nil, mostWorkers); err != nil {
		return nil, err
	}

	for _, row := range known.workers {
		builders, err := buildersOf(row.Worker)
		if err != nil {
			return nil, err
		}

		if row.InTouch {
			known.builders = lo.Union(known.builders, builders)
		}
	}

	h := &health{}
	h.lookAtVersions(known)
	h.lookAtNodes(known)
	h.lookAtBuilders(known)

	for _, look := range []func(context.Context, *service, platform) error{
		h.lookAtEdges, h.lookAtClocks, h.lookAtCertificates, h.lookAtQueues, h.lookAtJobs, h.lookAtLeaks, h.lookAtBackups, h.lookAtDatabase,
	} {
		if err := look(ctx, s, known); err != nil {
			return nil, err
		}
	}

	return &PlatformHealthOutput{Body: PlatformHealth{CheckedAt: known.now.UTC(), Version: version.Get().Version, Checks: h.checks}}, nil
}

// since is how long ago a time was, for a person.
func (p platform) since(at time.Time) string { return spell(p.now.Sub(at)) }

// spell is a duration in its largest unit, for a person.
func spell(duration time.Duration) string {
	switch {
	case duration < 2*time.Minute:
		return fmt.Sprintf("%d seconds", max(int(duration.Seconds()), 0))
	case duration < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(duration.Minutes()))
	case duration < 2*day:
		return fmt.Sprintf("%d hours", int(duration.Hours()))
	default:
		return fmt.Sprintf("%d days", int(duration/day))
	}
}
