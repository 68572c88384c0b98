package workflows

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// reconcile finds what should not be, whatever led to it, and inserts the job that mends it: deployments that no job
// carries on, and VMs that nobody needs. It also replaces the VMs of nodes that vanished and releases the addresses whose
// cooldown has passed.
func (w *Worker) reconcile(ctx context.Context, _ *river.Job[arguments]) error {
	queries := database.New(w.pool)

	if err := queries.ReleaseAddresses(ctx, w.config.AddressCooldown); err != nil {
		return fmt.Errorf("release addresses: %w", err)
	}

	if err := w.replaceLost(ctx); err != nil {
		return err
	}

	stranded, err := queries.ListStrandedDeployments(ctx)
	if err != nil {
		return fmt.Errorf("find stranded deployments: %w", err)
	}

	for _, deployment := range stranded {
		if err := w.mend(ctx, jobName(deployment.Step), deployment.ID); err != nil {
			return err
		}
	}

	for name, list := range map[string]func(context.Context) ([]uuid.UUID, error){
		kindCleanup: queries.ListLeftoverDeployments,
		kindRetire:  queries.ListUnretiredDeployments,
	} {
		found, err := list(ctx)
		if err != nil {
			return fmt.Errorf("find deployments for %s: %w", name, err)
		}

		for _, deployment := range found {
			if err := w.mend(ctx, name, deployment); err != nil {
				return err
			}
		}
	}

	return nil
}

func (w *Worker) mend(ctx context.Context, job string, deployment uuid.UUID) error {
	w.logger.WarnContext(ctx, "a deployment had no job that it needs", slog.String("job", job), logging.Deployment(deployment))

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJob(ctx, w.client, tx, job, arguments{DeploymentID: deployment})
	})
}
