package quota

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Allotment is what instances take of an organisation's share.
type Allotment struct {
	Instances, CPUMillis, MemoryBytes int64
}

// AllotmentOf is what so many instances take that run with a project's settings.
func AllotmentOf(project database.Project, instances int) Allotment {
	count := int64(instances)

	return Allotment{Instances: count, CPUMillis: count * int64(project.CPUMillis), MemoryBytes: count * project.MemoryBytes}
}

// Add returns the sum.
func (a Allotment) Add(b Allotment) Allotment {
	return Allotment{Instances: a.Instances + b.Instances, CPUMillis: a.CPUMillis + b.CPUMillis, MemoryBytes: a.MemoryBytes + b.MemoryBytes}
}

// Room is what an organisation may run, what its environments hold, and what of that one of them does.
type Room struct {
	limit, held, own Allotment
}

// Look returns the room of an organisation as it is, and locks nothing: by the time somebody uses it, it may be gone.
func Look(ctx context.Context, queries *database.Queries, organisation, environment uuid.UUID) (Room, error) {
	limits, err := limitsOf(ctx, queries, organisation)
	if err != nil {
		return Room{}, err
	}

	return measure(ctx, queries, limits, organisation, environment)
}

// Start returns a *FullError where an environment cannot run as much as it wants. What it runs already does not count beside that: a new deployment takes the
// place of the one before.
func Start(ctx context.Context, queries *database.Queries, organisation, environment uuid.UUID, wanted Allotment) error {
	limits, err := lock(ctx, queries, organisation)
	if err != nil {
		return err
	}

	room, err := measure(ctx, queries, limits, organisation, environment)
	if err != nil {
		return err
	}

	return room.Start(wanted)
}

// Settings returns a conflict where a project's production cannot run as much as its settings ask for. A production that runs nothing may ask for
// what is free only later; it waits then.
func Settings(ctx context.Context, queries *database.Queries, project database.Project) error {
	limits, err := lock(ctx, queries, project.OrganisationID)
	if err != nil {
		return err
	}

	room, err := measure(ctx, queries, limits, project.OrganisationID, project.ID)
	if err != nil {
		return err
	}

	if room.own == (Allotment{}) {
		room.held = Allotment{}
	}

	return room.Start(AllotmentOf(project, int(project.Instances)))
}

func measure(
	ctx context.Context, queries *database.Queries, limits database.GetLimitsRow, organisation, environment uuid.UUID,
) (Room, error) {
	held, err := queries.SumInstances(ctx, environment, organisation)
	if err != nil {
		return Room{}, fmt.Errorf("sum up what the organisation runs: %w", err)
	}

	return Room{
		limit: Allotment{Instances: int64(limits.Instances), CPUMillis: limits.CPUMillis, MemoryBytes: limits.MemoryBytes},
		held:  Allotment{Instances: held.Instances, CPUMillis: held.CPUMillis, MemoryBytes: held.MemoryBytes},
		own:   Allotment{Instances: held.OwnInstances, CPUMillis: held.OwnCPUMillis, MemoryBytes: held.OwnMemoryBytes},
	}, nil
}

// Held is what the organisation's environments hold.
func (r Room) Held() Allotment { return r.held }

// Less returns the room that is left when others take so much of it.
func (r Room) Less(taken Allotment) Room {
	r.held = r.held.Add(taken)

	return r
}

// Start returns a *FullError where the environment cannot run as much as it wants. It may always run what it runs now.
func (r Room) Start(wanted Allotment) error {
	for _, each := range []struct {
		name                     string
		amount                   func(int64) string
		limit, held, own, wanted int64
	}{
		{"instances", instances, r.limit.Instances, r.held.Instances, r.own.Instances, wanted.Instances},
		{"cpu_millis", processors, r.limit.CPUMillis, r.held.CPUMillis, r.own.CPUMillis, wanted.CPUMillis},
		{"memory_bytes", memory, r.limit.MemoryBytes, r.held.MemoryBytes, r.own.MemoryBytes, wanted.MemoryBytes},
	} {
		others := each.held - each.own

		if each.wanted > each.own && others+each.wanted > each.limit {
			return &FullError{Name: each.name, Limit: each.limit, Used: each.held, amount: each.amount, others: others, wanted: each.wanted}
		}
	}

	return nil
}

// FullError means that an organisation may not use as much as it wants. In its chain is a conflict that tells the user what to do.
type FullError struct {
	// Name is that of the limit, as the API has it: instances, cpu_millis or memory_bytes.
	Name string
	// Limit is how much may be used at once, and Used how much is.
	Limit, Used int64

	amount         func(int64) string
	others, wanted int64
}

// Hopeless tells whether it would be too much even if nothing else ran.
func (e *FullError) Hopeless() bool { return e.wanted > e.Limit }

// Error is a sentence for the user who asked for too much.
func (e *FullError) Error() string {
	const advice = "Ask for less, or ask an operator of the platform for more."

	if e.Hopeless() {
		return fmt.Sprintf("This needs %s, and your organisation may use %s at once. %s", e.amount(e.wanted), e.amount(e.Limit), advice)
	}

	return fmt.Sprintf("This needs %s, and of the %s that your organisation may use at once %s are in use elsewhere. %s",
		e.amount(e.wanted), e.amount(e.Limit), e.amount(e.others), advice)
}

// Unwrap returns the problem.
func (e *FullError) Unwrap() error { return problem.New(problem.Conflict, "%s", e.Error()) }

// Waiting is the sentence of the timeline of a deployment that waits until there is room.
func (e *FullError) Waiting() string {
	switch {
	case e.Hopeless():
		return fmt.Sprintf("Waiting because this needs %s and your organisation may use %s at once. "+
			"Lower what the project asks for and deploy again, or ask an operator of the platform for more.", e.amount(e.wanted), e.amount(e.Limit))
	case e.others >= e.Limit:
		return fmt.Sprintf("Waiting because your organisation's %s.", inUse(e.amount(e.Limit)))
	default:
		return fmt.Sprintf("Waiting because this needs %s and of your organisation's %s only %s are free.",
			e.amount(e.wanted), e.amount(e.Limit), e.amount(e.Limit-e.others))
	}
}

func inUse(amount string) string {
	if strings.HasPrefix(amount, "1 ") {
		return amount + " is in use"
	}

	return amount + " are all in use"
}

func instances(count int64) string {
	if count == 1 {
		return "1 instance"
	}

	return fmt.Sprintf("%d instances", count)
}

func processors(millis int64) string {
	const one = 1000

	if millis == one {
		return "1 processor"
	}

	return fmt.Sprintf("%g processors", float64(millis)/one)
}

func memory(bytes int64) string {
	const mebibyte, gibibyte = 1 << 20, 1 << 30

	if bytes >= gibibyte && bytes%gibibyte == 0 {
		return fmt.Sprintf("%d GiB of memory", bytes/gibibyte)
	}

	return fmt.Sprintf("%d MiB of memory", bytes/mebibyte)
}
