package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// Cancel ends a deployment that is not live yet: what runs for it is told to stop, and its VMs are removed. Cancelling a
// cancelled deployment changes nothing. Also may be nil; it runs only where something changes.
func (d *Deployments) Cancel(ctx context.Context, deployment uuid.UUID, also Also) (cancelled database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockDeployment(ctx, queries, deployment)
		if err != nil {
			return err
		}

		if locked.State == stateCancelled {
			cancelled = locked

			return nil
		}

		if err := MayCancel(locked); err != nil {
			return err
		}

		if err := d.stop(ctx, tx, queries, deployment, stateCancelled); err != nil {
			return err
		}

		if _, _, err := passTurn(ctx, d.inserter, tx, locked.ProjectID); err != nil {
			return err
		}

		d.logger.InfoContext(ctx, "deployment is cancelled", logging.Deployment(deployment))

		if cancelled, err = find(ctx, queries, deployment); err != nil || also == nil {
			return err
		}

		return also(ctx, queries, deployment)
	})

	return cancelled, err
}

// stop ends a deployment that is on its way; state is cancelled or superseded. The project is locked. From then on the fence keeps the running
// attempt from writing, and the cancellation of its job ends its activity.
func (d *Deployments) stop(ctx context.Context, tx pgx.Tx, queries *database.Queries, deployment uuid.UUID, state string) error {
	if err := queries.EndDeployment(ctx, database.EndDeploymentParams{ID: deployment, State: state}); err != nil {
		return fmt.Errorf("end deployment %s: %w", deployment, err)
	}

	if err := queries.CancelSteps(ctx, deployment); err != nil {
		return fmt.Errorf("end the steps of deployment %s: %w", deployment, err)
	}

	jobs, err := queries.ListDeploymentJobs(ctx, deployment)
	if err != nil {
		return fmt.Errorf("find the jobs of deployment %s: %w", deployment, err)
	}

	for _, job := range jobs {
		if _, err := d.inserter.JobCancelTx(ctx, tx, job); err != nil {
			return fmt.Errorf("cancel job %d: %w", job, err)
		}
	}

	if err := unpinBy(ctx, d.inserter, tx, deployment); err != nil {
		return err
	}

	if err := insertCleanup(ctx, d.inserter, tx, deployment); err != nil {
		return err
	}

	return queries.Notify(ctx, database.ChannelDeployments, deployment.String())
}

// insertCleanup has the VMs of a deployment that ends without being live removed, where it has any.
func insertCleanup(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, deployment uuid.UUID) error {
	present, err := database.New(tx).CountPresentVMs(ctx, deployment)
	if err != nil {
		return fmt.Errorf("count the VMs of deployment %s: %w", deployment, err)
	}

	if present == 0 {
		return nil
	}

	return insertJob(ctx, client, tx, kindCleanup, arguments{DeploymentID: deployment})
}
