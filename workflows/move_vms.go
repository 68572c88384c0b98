package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// roomRest is how long a job that found no room waits before it tries again.
const roomRest = 5 * time.Second

// errReplacementFailed means that a VM which was to replace another one cannot run.
var errReplacementFailed = errors.New("a VM that was to replace another one failed")

// moveVMs takes the VMs of a deployment off nodes that are being drained or were lost: it starts others elsewhere, waits until
// they are healthy, takes the old ones out of the route table, and stops them once every live edge has acknowledged that
// and requests have had time to end. Where no other node has room the old ones stay. Each attempt begins with what it
// finds, so that everything may be done twice.
func (w *Worker) moveVMs(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID

	if err := w.orLater(ctx, deployment, "VMs must leave their node and no other one has room", w.replaceVMs(ctx, deployment)); err != nil {
		return err
	}

	if err := w.awaitReplacements(ctx, deployment); err != nil {
		return err
	}

	draining, err := w.drainReplaced(ctx, deployment)
	if err != nil || !draining {
		return err
	}

	if err := w.awaitEdges(ctx, deployment); err != nil {
		return err
	}

	if err := w.sleep(ctx, w.config.DrainTime); err != nil {
		return err
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		nodes, err := queries.StopDrainedVMs(ctx, deployment)
		if err != nil {
			return fmt.Errorf("stop the VMs that were replaced: %w", err)
		}

		return notifyNodes(ctx, queries, nodes)
	})
}

// orLater makes the job come back later, which costs no attempt, where it found no room, and has room made.
func (w *Worker) orLater(ctx context.Context, deployment uuid.UUID, what string, err error) error {
	if problem.CodeOf(err) != problem.Unavailable {
		return err
	}

	w.logger.WarnContext(ctx, what, logging.Deployment(deployment), logging.Error(err))

	if noRoom, ok := errors.AsType[*noRoomError](err); ok {
		w.makeRoom(ctx, noRoom)
	}

	return river.JobSnooze(roomRest)
}

// replaceVMs gives each VM that must leave its node another one elsewhere.
func (w *Worker) replaceVMs(ctx context.Context, deployment uuid.UUID) error {
	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil {
			return err
		}

		if locked.State != stateLive && locked.State != stateDeploying {
			return nil
		}

		if err := queries.LockPlacement(ctx); err != nil {
			return fmt.Errorf("lock placement: %w", err)
		}

		touched, err := queries.DropHopelessReplacements(ctx, deployment, w.config.NodeLostAfter)
		if err != nil {
			return fmt.Errorf("give up replacements: %w", err)
		}

		leaving, err := queries.LockVMsToMove(ctx, deployment, w.config.NodeLostAfter)
		if err != nil {
			return fmt.Errorf("find the VMs that must leave their node: %w", err)
		}

		for _, old := range leaving {
			node, err := w.replace(ctx, queries, locked, old)
			if err != nil {
				return err
			}

			touched = append(touched, old.NodeID, node)
		}

		return notifyNodes(ctx, queries, touched)
	})
}

// replace starts another VM in the place of a VM that must leave its node, and returns the node of the new VM.
func (w *Worker) replace(ctx context.Context, queries *database.Queries, deployment database.Deployment, old database.VM) (uuid.UUID, error) {
	fresh := likeVM(old)
	fresh.ReplacesID = &old.ID

	nodes, err := w.placeOn(ctx, queries, fresh, 1)
	if err != nil {
		return uuid.Nil, err
	}

	// A deployment that is not live yet has no requests to keep: its chain waits for the new VM alone.
	if deployment.State != stateLive {
		fresh.ReplacesID = nil

		if err := queries.StopVM(ctx, old.ID); err != nil {
			return uuid.Nil, fmt.Errorf("stop VM %s: %w", old.ID, err)
		}
	}

	w.logger.WarnContext(ctx, "a VM must leave its node", logging.Deployment(deployment.ID), logging.VM(old.ID), slog.String("to", nodes[0].Name))

	return nodes[0].ID, createVM(ctx, queries, fresh, nodes[0])
}

// awaitReplacements waits until every VM that replaces another one is healthy.
func (w *Worker) awaitReplacements(ctx context.Context, deployment uuid.UUID) error {
	return w.await(ctx, deployment, "the VMs that replace others are not healthy", database.ChannelDeployments, deployment.String(),
		func(ctx context.Context) (bool, error) {
			count, err := database.New(w.pool).CountPendingReplacements(ctx, deployment)
			if err == nil && count.Failed > 0 {
				err = errReplacementFailed
			}

			return count.Pending == 0, err
		})
}

// drainReplaced takes VMs whose replacement is healthy out of the route table, and tells whether any is to be stopped.
func (w *Worker) drainReplaced(ctx context.Context, deployment uuid.UUID) (draining bool, err error) {
	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		drained, err := queries.DrainReplacedVMs(ctx, deployment)
		if err != nil {
			return fmt.Errorf("take VMs out of the route table: %w", err)
		}

		left, err := queries.CountDrainingVMs(ctx, deployment)
		if err != nil {
			return fmt.Errorf("count the VMs that are to be stopped: %w", err)
		}

		draining = left > 0

		if drained == 0 {
			return nil
		}

		if _, err := queries.NextRouteVersion(ctx); err != nil {
			return fmt.Errorf("count the route version: %w", err)
		}

		return queries.Notify(ctx, database.ChannelRoutes, "")
	})

	return draining, err
}
