package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// patience is how long one attempt waits for edges or nodes before it lets other jobs have its place.
	patience = 10 * time.Minute
	// rest is how long a job that ran out of patience stays away.
	rest = 30 * time.Second
)

// retire takes a deployment out of service: once every live edge has acknowledged a route table without it, and requests
// that were under way have had time to end, its VMs are stopped. Everything it does may be done twice.
func (w *Worker) retire(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID
	queries := database.New(w.pool)

	// The domains were moved before this job could start, so that any version from now on is without the deployment.
	version, err := queries.CurrentRouteVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the route version: %w", err)
	}

	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	err = w.until(waiting, database.ChannelRoutes, "", func() (bool, error) {
		behind, err := queries.CountEdgesBehind(waiting, seenWithin, version)

		return behind == 0, err
	})
	if err != nil {
		return w.outOfPatience(ctx, deployment, "edges have not acknowledged the route table", err)
	}

	if err := sleep(ctx, w.config.DrainTime); err != nil {
		return err
	}

	if err := w.remove(ctx, deployment); err != nil {
		return w.outOfPatience(ctx, deployment, "VMs have not been removed", err)
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.RetireDeployment(ctx, deployment); err != nil {
			return fmt.Errorf("retire the deployment: %w", err)
		}

		return queries.Notify(ctx, database.ChannelDeployments, deployment.String())
	})
}

// cleanup removes the VMs of a deployment that ended without being live: no edge knows them.
func (w *Worker) cleanup(ctx context.Context, job *river.Job[arguments]) error {
	if err := w.remove(ctx, job.Args.DeploymentID); err != nil {
		return w.outOfPatience(ctx, job.Args.DeploymentID, "VMs have not been removed", err)
	}

	return nil
}

// remove asks the nodes to stop the VMs of a deployment and waits until nothing is left of them. Addresses are released by
// reconcile and schedule, once the cooldown has passed.
func (w *Worker) remove(ctx context.Context, deployment uuid.UUID) error {
	err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		nodes, err := queries.StopVMs(ctx, deployment)
		if err != nil {
			return fmt.Errorf("stop the VMs: %w", err)
		}

		return notifyNodes(ctx, queries, nodes)
	})
	if err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	return w.until(ctx, database.ChannelDeployments, deployment.String(), func() (bool, error) {
		present, err := database.New(w.pool).CountPresentVMs(ctx, deployment)

		return present == 0, err
	})
}

// outOfPatience makes the job come back later, which costs no attempt, where err is the end of its patience and not of
// the job.
func (w *Worker) outOfPatience(ctx context.Context, deployment uuid.UUID, what string, err error) error {
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}

	w.logger.WarnContext(ctx, what+"; looking again later", logging.Deployment(deployment))

	return river.JobSnooze(rest)
}

// sleep waits that long, or until ctx ends.
func sleep(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
