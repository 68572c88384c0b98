package workflows

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
)

// edgeLostAfter is how long an edge may be silent, while an api answers, before nothing stays awake for the requests that it may have: nobody is in a hurry
// to stop what is idle.
const edgeLostAfter = 5 * time.Minute

// isAsleep tells whether the environment of a deployment, whose project is locked, sleeps.
func isAsleep(ctx context.Context, queries *database.Queries, deployment database.Deployment) (bool, error) {
	environment, err := queries.GetEnvironment(ctx, deployment.EnvironmentID)
	if err != nil {
		return false, fmt.Errorf("read the environment: %w", err)
	}

	return environment.AsleepSince != nil, nil
}

// listIdle returns what is live in environments that are to fall asleep.
func (w *Worker) listIdle(ctx context.Context) ([]uuid.UUID, error) {
	return w.idle(ctx, database.New(w.pool), nil)
}

// idle is listIdle, for one deployment where that is not nil.
func (w *Worker) idle(ctx context.Context, queries *database.Queries, deployment *uuid.UUID) ([]uuid.UUID, error) {
	counted, err := queries.EdgesCountedUntil(ctx, edgeLostAfter)
	if err != nil {
		return nil, fmt.Errorf("read until when edges have counted: %w", err)
	}

	idle, err := queries.ListIdleDeployments(ctx, deployment, counted)
	if err != nil {
		return nil, fmt.Errorf("find what is idle: %w", err)
	}

	return idle, nil
}

// putToSleep has the environment of an idle deployment fall asleep: its VMs leave the route table, and stop once every edge has acknowledged that and has told
// of a whole minute in which no request, stream or WebSocket was under way. A request that comes in between has them serve again. Each attempt begins with what
// it finds, so that everything may be done twice.
func (w *Worker) putToSleep(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID

	asleep, err := w.doze(ctx, deployment)
	if err != nil || !asleep {
		return err
	}

	if err := w.awaitEdges(ctx, deployment); err != nil {
		return err
	}

	if err := w.awaitQuiet(ctx, deployment); err != nil {
		return err
	}

	// Where a node has to be left nothing waits for a quiet minute, and requests may be under way still.
	if err := w.sleep(ctx, w.config.DrainTime); err != nil {
		return err
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		_, asleep, err := lockAsleep(ctx, queries, deployment)
		if err != nil || !asleep {
			return err
		}

		if err := queries.MarkSlept(ctx, deployment); err != nil {
			return fmt.Errorf("have nodes keep the image: %w", err)
		}

		return stopVMs(ctx, queries, deployment)
	})
}

// lockAsleep locks a deployment, and tells whether it is live in an environment that sleeps and was not woken.
func lockAsleep(ctx context.Context, queries *database.Queries, deployment uuid.UUID) (database.Environment, bool, error) {
	locked, err := lockDeployment(ctx, queries, deployment)
	if err != nil {
		return database.Environment{}, false, err
	}

	environment, err := queries.GetEnvironment(ctx, locked.EnvironmentID)
	if err != nil {
		return database.Environment{}, false, fmt.Errorf("read the environment: %w", err)
	}

	return environment, locked.State == stateLive && environment.AsleepSince != nil && environment.WokenAt == nil, nil
}

// doze takes the VMs of an idle deployment out of the route table, and returns false where it is not idle any more.
func (w *Worker) doze(ctx context.Context, deployment uuid.UUID) (asleep bool, err error) {
	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		var environment database.Environment

		if environment, asleep, err = lockAsleep(ctx, queries, deployment); err != nil {
			return err
		}

		if !asleep {
			idle, err := w.idle(ctx, queries, &deployment)
			if err != nil || len(idle) == 0 {
				return err
			}

			if err := fallAsleep(ctx, queries, environment, deployment); err != nil {
				return err
			}

			asleep = true
		}

		return drainAll(ctx, queries, deployment)
	})

	return asleep, err
}

// fallAsleep writes that the environment of a deployment sleeps, also into the project's events.
func fallAsleep(ctx context.Context, queries *database.Queries, environment database.Environment, deployment uuid.UUID) error {
	if err := queries.FallAsleep(ctx, environment.ID); err != nil {
		return fmt.Errorf("write that the environment sleeps: %w", err)
	}

	message := fmt.Sprintf("%s fell asleep: nobody asked for anything for %s. The next request wakes it.",
		nameOfEnvironment(environment), minutesInWords(*environment.SleepAfterMinutes))

	return recordEvent(ctx, queries, environment.ProjectID, &deployment, eventInstances, message)
}

func minutesInWords(minutes int32) string {
	if minutes == 1 {
		return "a minute"
	}

	return fmt.Sprintf("%d minutes", minutes)
}

// awaitQuiet waits until edges, none of which sends new requests any more, have told of a whole minute without one that was under way, or the environment was
// woken. An edge that was silent when the others acknowledged the route table may be back and have told of its requests before it has asked for that table: the
// minute begins once it has acknowledged it, too, or is lost.
func (w *Worker) awaitQuiet(ctx context.Context, deployment uuid.UUID) error {
	queries := database.New(w.pool)

	found, err := find(ctx, queries, deployment)
	if err != nil {
		return err
	}

	version, err := queries.CurrentRouteVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the route version: %w", err)
	}

	var since time.Time // Zero while an edge is behind.

	return w.await(ctx, deployment, "requests to what falls asleep have not ended", database.ChannelDeployments, deployment.String(),
		func(ctx context.Context) (bool, error) {
			environment, err := queries.GetEnvironment(ctx, found.EnvironmentID)
			if err != nil {
				return false, fmt.Errorf("read the environment: %w", err)
			}

			if environment.AsleepSince == nil || environment.WokenAt != nil {
				return true, nil
			}

			if since.IsZero() {
				since, err = edgesFollowSince(ctx, queries, version)
				if err != nil || since.IsZero() {
					return false, err
				}
			}

			counted, err := queries.EdgesCountedUntil(ctx, edgeLostAfter)
			if err != nil {
				return false, fmt.Errorf("read until when edges have counted: %w", err)
			}

			return queries.IsQuiet(ctx, database.IsQuietParams{
				CountedUntil: counted, Since: since, ProjectID: found.ProjectID, DeploymentID: deployment,
			})
		})
}

// edgesFollowSince returns the time by Postgres's clock where every edge that is not lost serves from that version of the route table or a later one, and the
// zero time where one does not yet.
func edgesFollowSince(ctx context.Context, queries *database.Queries, version int64) (time.Time, error) {
	behind, err := queries.CountEdgesBehind(ctx, version, edgeLostAfter)
	if err != nil {
		return time.Time{}, fmt.Errorf("count the edges that are behind: %w", err)
	}

	if behind > 0 {
		return time.Time{}, nil
	}

	now, err := queries.PostgresTime(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the time: %w", err)
	}

	return now, nil
}

// settleAsleep notes that what sleeps has as many VMs as it should: none. It gets as many as the project asks for when it wakes.
func (w *Worker) settleAsleep(ctx context.Context, queries *database.Queries, deployment database.Deployment) error {
	project, err := queries.LockProject(ctx, deployment.ProjectID)
	if err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}

	return settle(ctx, queries, project, deployment)
}
