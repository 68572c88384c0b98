package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Restart has every VM of a live deployment replaced by one that starts anew, with the same image and environment, and without losing a request.
// One that sleeps is woken. A deployment that is not live is a conflict. Also may be nil; it gets the deployment's id.
func (d *Deployments) Restart(ctx context.Context, deployment uuid.UUID, also Also) error {
	return database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil {
			return err
		}

		if err := MayRestart(locked); err != nil {
			return err
		}

		asleep, err := isAsleep(ctx, queries, locked)
		if err != nil {
			return err
		}

		if asleep {
			err = d.wakeLocked(ctx, tx, queries, locked, "by a restart")
		} else {
			err = insertJob(ctx, d.inserter, tx, kindRestart, arguments{DeploymentID: deployment})
		}

		if err != nil {
			return err
		}

		if also == nil {
			return nil
		}

		return also(ctx, queries, deployment)
	})
}

// restart places another VM beside each one of a live deployment that is older than the job; move_vms then waits for the new ones, and stops the
// old ones. While VMs of the deployment are being replaced already it waits. Where no node has room for both the deployment stays as it is, and
// the project's events say so.
func (w *Worker) restart(ctx context.Context, job *river.Job[arguments]) error {
	deployment := job.Args.DeploymentID

	err := w.tryRestart(ctx, job)
	for errors.Is(err, errMoving) {
		if err := w.sleep(ctx, lookAgain); err != nil {
			return err
		}

		err = w.tryRestart(ctx, job)
	}

	_, noRoom := errors.AsType[*noRoomError](err)
	if _, noRegion := errors.AsType[*regionError](err); !noRoom && !noRegion {
		return err
	}

	w.logger.WarnContext(ctx, "instances are not restarted, as no node has room", logging.Deployment(deployment), logging.Error(err))

	message := "The instances were not restarted, as each needs room for another one beside it until that is healthy. " + problem.MessageOf(err)

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		found, err := find(ctx, queries, deployment)
		if err != nil {
			return err
		}

		return recordEvent(ctx, queries, found.ProjectID, &deployment, eventInstances, message)
	})
}

func (w *Worker) tryRestart(ctx context.Context, job *river.Job[arguments]) error {
	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, job.Args.DeploymentID)
		if err != nil || locked.State != stateLive {
			return err
		}

		if asleep, err := isAsleep(ctx, queries, locked); err != nil || asleep {
			return err
		}

		if err := queries.LockPlacement(ctx); err != nil {
			return fmt.Errorf("lock placement: %w", err)
		}

		return w.restartLocked(ctx, tx, queries, locked, job)
	})
}

func (w *Worker) restartLocked(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment database.Deployment, job *river.Job[arguments],
) error {
	// First of all: VMs that are being replaced take room that is free soon.
	if err := w.insertMove(ctx, tx, queries, deployment.ID); err != nil {
		return err
	}

	project, err := queries.LockProject(ctx, deployment.ProjectID)
	if err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}

	instances, err := queries.ListInstances(ctx, deployment.ID)
	if err != nil {
		return fmt.Errorf("list the instances: %w", err)
	}

	old := lo.Filter(instances, func(row database.ListInstancesRow, _ int) bool {
		return !row.Replaced && row.VM.CreatedAt.Before(job.CreatedAt)
	})
	touched := make([]uuid.UUID, 0, len(old))

	for _, row := range old {
		fresh := likeVM(row.VM)
		fresh.ReplacesID = &row.VM.ID

		nodes, err := w.placeOn(ctx, queries, regionToStayIn(project, row.Region), fresh, 1)
		if err != nil {
			return err
		}

		if err := createVM(ctx, queries, fresh, nodes[0]); err != nil {
			return err
		}

		touched = append(touched, nodes[0].ID)
	}

	err = recordEvent(ctx, queries, deployment.ProjectID, &deployment.ID, eventInstances,
		fmt.Sprintf("Instances are restarted (%d): others take their place as soon as they are healthy.", len(old)))
	if err != nil {
		return err
	}

	return notifyNodes(ctx, queries, touched)
}

// errMoving means that VMs of the deployment are being replaced right now, by a job that would not see others that were placed beside it.
var errMoving = errors.New("a job replaces VMs of the deployment already")

// insertMove inserts the job that waits for the new VMs, in the transaction that places them.
func (w *Worker) insertMove(ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment uuid.UUID) error {
	k, err := kindOf(kindMoveVMs)
	if err != nil {
		return err
	}

	inserted, err := insertQuietly(ctx, w.inserter, tx, k, arguments{DeploymentID: deployment}, 0, 0)

	switch {
	case err != nil:
		return err
	case !inserted:
		return errMoving
	default:
		return queries.NotifyJob(ctx, k.queue)
	}
}
