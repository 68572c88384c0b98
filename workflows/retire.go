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
	// rest is how long a job that ran out of patience waits before it looks again.
	rest = 30 * time.Second
	// edgeSilence is how long an edge may be silent, while an api answers, before its acknowledgement is not waited for any more.
	edgeSilence = 15 * time.Second
)

// retireReplaced retires the deployment that was live in an environment until another one took its domains, and keeps its VMs running for the
// time keepWarm. The VMs of the deployment that was kept warm until now are stopped as soon as no request can reach them. The project is locked.
func retireReplaced(
	ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, environment, except uuid.UUID, keepWarm time.Duration,
) error {
	queries := database.New(tx)

	cooled, err := queries.CoolDeployments(ctx, environment)
	if err != nil {
		return fmt.Errorf("cool what was kept warm: %w", err)
	}

	replaced, err := queries.RetireReplacedDeployments(ctx, keepWarm, environment, except)
	if err != nil {
		return fmt.Errorf("retire what is replaced: %w", err)
	}

	for _, deployment := range append(cooled, replaced...) {
		if err := insertJob(ctx, client, tx, kindRetire, arguments{DeploymentID: deployment}); err != nil {
			return err
		}
	}

	return nil
}

// retire stops the VMs of a deployment that was live, once every live edge has acknowledged a route table without them and requests that were under
// way have had time to end. The VMs of a deployment that is kept warm run on, and answer on its own hostname; reconcile inserts another job when that
// time is over. Everything that retire does may be done twice.
func (w *Worker) retire(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID

	leaving, err := w.leaveRoutes(ctx, deployment)
	if err != nil || !leaving {
		return err
	}

	// Every version of the route table from now on is without the VMs.
	if err := w.awaitEdges(ctx, deployment); err != nil {
		return err
	}

	if err := w.sleep(ctx, w.config.DrainTime); err != nil {
		return err
	}

	stopped, err := w.stopRetired(ctx, deployment)
	if err != nil || !stopped {
		return err
	}

	return w.awaitRemoved(ctx, deployment)
}

// leaveRoutes takes the VMs of a retired deployment out of the route table, where its own hostname still leads to them, unless it is kept warm or,
// after all, live.
func (w *Worker) leaveRoutes(ctx context.Context, deployment uuid.UUID) (leaving bool, err error) {
	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		// A rollback takes warm VMs over under the same locks.
		if _, err := lockDeployment(ctx, queries, deployment); err != nil {
			return err
		}

		if err := queries.RetireDeployment(ctx, deployment); err != nil {
			return fmt.Errorf("retire the deployment: %w", err)
		}

		if leaving, err = queries.DeploymentMayStop(ctx, deployment); err != nil || !leaving {
			return err
		}

		return drainAll(ctx, queries, deployment)
	})

	return leaving, err
}

// drainAll takes the VMs of a deployment out of the route table.
func drainAll(ctx context.Context, queries *database.Queries, deployment uuid.UUID) error {
	if err := queries.DrainVMs(ctx, deployment); err != nil {
		return fmt.Errorf("take the VMs out of the route table: %w", err)
	}

	return nil
}

// awaitEdges waits until no live edge serves from a route table older than today's.
func (w *Worker) awaitEdges(ctx context.Context, deployment uuid.UUID) error {
	queries := database.New(w.pool)

	version, err := queries.CurrentRouteVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the route version: %w", err)
	}

	return w.await(ctx, deployment, "edges have not acknowledged the route table", database.ChannelRoutes, "", func(ctx context.Context) (bool, error) {
		behind, err := queries.CountEdgesBehind(ctx, version, edgeSilence)

		return behind == 0, err
	})
}

// await waits until done returns true, woken by notifications of the channel that carry the key. It waits with patience: when that is
// over, or done returns errHopeless, the job comes back later, which costs no attempt, and other jobs have its place.
func (w *Worker) await(
	ctx context.Context, deployment uuid.UUID, what, channel, key string, done func(ctx context.Context) (bool, error),
) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	err := w.until(waiting, channel, key, func() (bool, error) { return done(waiting) })
	if ctx.Err() != nil || (!errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errHopeless)) {
		return err
	}

	w.logger.WarnContext(ctx, what+"; looking again later", logging.Deployment(deployment))

	return river.JobSnooze(rest)
}

// errHopeless ends a wait for what is not going to happen soon.
var errHopeless = errors.New("waiting longer does not help")

// stopRetired asks the nodes to stop what is left of a retired deployment, unless it is kept warm or, after all, live.
func (w *Worker) stopRetired(ctx context.Context, deployment uuid.UUID) (stopped bool, err error) {
	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		// A rollback takes warm VMs over under the same locks.
		if _, err := lockDeployment(ctx, queries, deployment); err != nil {
			return err
		}

		if stopped, err = queries.DeploymentMayStop(ctx, deployment); err != nil || !stopped {
			return err
		}

		return stopVMs(ctx, queries, deployment)
	})

	return stopped, err
}

// cleanup removes the VMs of a deployment that ended without being live: no edge knows them.
func (w *Worker) cleanup(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID

	err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error { return stopVMs(ctx, queries, deployment) })
	if err != nil {
		return err
	}

	return w.awaitRemoved(ctx, deployment)
}

// stopVMs asks the nodes to stop the VMs of a deployment. Addresses are released when one is looked for, once the cooldown
// has passed.
func stopVMs(ctx context.Context, queries *database.Queries, deployment uuid.UUID) error {
	if err := queries.ForgetWarmth(ctx, deployment); err != nil {
		return fmt.Errorf("note that the VMs are to stop: %w", err)
	}

	nodes, err := queries.StopVMs(ctx, deployment)
	if err != nil {
		return fmt.Errorf("stop the VMs: %w", err)
	}

	if err := notifyNodes(ctx, queries, nodes); err != nil {
		return err
	}

	return queries.Notify(ctx, database.ChannelDeployments, deployment.String())
}

// awaitRemoved waits until nothing is left of the VMs of a deployment. It does not wait for nodes that are lost.
func (w *Worker) awaitRemoved(ctx context.Context, deployment uuid.UUID) error {
	return w.await(ctx, deployment, "VMs have not been removed", database.ChannelDeployments, deployment.String(),
		func(ctx context.Context) (bool, error) {
			count, err := database.New(w.pool).CountVMsToRemove(ctx, w.config.NodeLostAfter, deployment)
			if err == nil && count.Present > 0 && count.Present == count.Lost {
				err = errHopeless
			}

			return count.Present == 0, err
		})
}
