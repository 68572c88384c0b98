package api

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
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
	// mostNamed is how many machines or kinds of one state a part of a report names.
	mostNamed = 20
	// leftOut is what a line is about that stands for those which are not named. Nothing has that name.
	leftOut = "…"
)

// health is a report that is being written.
type health struct {
	checks []HealthCheck
}

func (h *health) ok(part, detail string, values ...any) {
	h.add(healthy, part, "", "", detail, values...)
}

func (h *health) notice(part, about, advice, detail string, values ...any) {
	h.add(noticed, part, about, advice, detail, values...)
}

// problem adds a line about something of a part, such as a machine: of a part and what it is about there is one problem at a time.
func (h *health) problem(part, about, advice, detail string, values ...any) {
	h.add(unhealthy, part, about, advice, detail, values...)
}

// add adds a line. Of a part that fails everywhere it says that lines are left out: of each state by itself, since many notices are no reason to leave out a
// problem.
func (h *health) add(state, part, about, advice, detail string, values ...any) {
	named := 0

	for _, check := range h.checks {
		if check.Part == part && check.State == state {
			named++
		}
	}

	switch {
	case named < mostNamed:
		h.checks = append(h.checks, HealthCheck{Part: part, About: about, State: state, Detail: fmt.Sprintf(detail, values...), Advice: advice})
	case named == mostNamed:
		h.checks = append(h.checks, HealthCheck{Part: part, About: leftOut, State: state, Detail: "There are more of this part, which are left out"})
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
	pool    *pgxpool.Pool
	queries *database.Queries
	// observer is the process that looks, in words.
	observer string
	// clock is that of the process that looks. Only whether it is right is found out by it.
	clock func() time.Time
	// server is the database server, and now its time when it was asked: times in the database are the server's.
	server database.DatabaseHealthRow
	now    time.Time
	// clockAhead is by how much clock is ahead of the server's.
	clockAhead time.Duration

	nodes   []database.ListNodesRow
	edges   []database.ListEdgesRow
	workers []database.ListWorkersRow
	// builders are those of the workers in touch.
	builders []BuilderVersion
}

// getPlatformHealth looks at the whole installation.
func (s *service) getPlatformHealth(ctx context.Context, _ *struct{}) (*PlatformHealthOutput, error) {
	known := platform{pool: s.pool, queries: s.queries, observer: "this API", clock: time.Now}

	checkedAt, checks, err := known.look(ctx)
	if err != nil {
		return nil, err
	}

	return &PlatformHealthOutput{Body: PlatformHealth{CheckedAt: checkedAt.UTC(), Version: version.Get().Version, Checks: checks}}, nil
}

// look looks at the whole installation, and returns when that began. Each of its queries is bounded.
func (p platform) look(ctx context.Context) (at time.Time, checks []HealthCheck, err error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()

	if p.server, err = p.queries.DatabaseHealth(ctx); err != nil {
		return at, nil, err
	}

	p.now, p.clockAhead = p.server.Clock, p.clock().Sub(p.server.Clock)

	if p.nodes, err = p.queries.ListNodes(ctx, seenWithin, uuid.Nil, mostMachines); err != nil {
		return at, nil, err
	}

	if p.edges, err = p.queries.ListEdges(ctx, seenWithin, uuid.Nil, mostMachines); err != nil {
		return at, nil, err
	}

	if p.workers, err = p.queries.ListWorkers(ctx, seenWithin, uuid.Nil, mostWorkers); err != nil {
		return at, nil, err
	}

	for _, row := range p.workers {
		builders, err := buildersOf(row.Worker)
		if err != nil {
			return at, nil, err
		}

		if row.InTouch {
			p.builders = lo.Union(p.builders, builders)
		}
	}

	h := &health{}
	h.lookAtVersions(p)
	h.lookAtNodes(p)

	for _, look := range []func(context.Context, platform) error{
		h.lookAtBuilders, h.lookAtAPI, h.lookAtEdges, h.lookAtClocks, h.lookAtCertificates, h.lookAtQueues, h.lookAtJobs, h.lookAtLeaks, h.lookAtBackups,
		h.lookAtDatabase,
	} {
		if err := look(ctx, p); err != nil {
			return at, nil, err
		}
	}

	return p.now, h.checks, nil
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
