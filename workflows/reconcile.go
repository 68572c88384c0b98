package workflows

import (
	"context"
	"errors"
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
// cooldown has passed. What cannot be mended does not keep it from the rest.
func (w *Worker) reconcile(ctx context.Context, _ *river.Job[arguments]) error {
	queries := database.New(w.pool)
	err := errors.Join(queries.ReleaseAddresses(ctx, w.config.AddressCooldown), w.replaceLost(ctx), w.mendStranded(ctx))

	for name, list := range map[string]func(context.Context) ([]uuid.UUID, error){
		kindCleanup: queries.ListLeftoverDeployments,
		kindRetire:  queries.ListUnretiredDeployments,
	} {
		found, listErr := list(ctx)
		err = errors.Join(err, listErr)

		for _, deployment := range found {
			err = errors.Join(err, w.mend(ctx, name, deployment))
		}
	}

	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}

	return nil
}

func (w *Worker) mendStranded(ctx context.Context) error {
	stranded, err := database.New(w.pool).ListStrandedDeployments(ctx)
	if err != nil {
		return fmt.Errorf("find stranded deployments: %w", err)
	}

	for _, deployment := range stranded {
		err = errors.Join(err, w.mend(ctx, jobName(deployment.Step), deployment.ID))
	}

	return err
}

func (w *Worker) mend(ctx context.Context, job string, deployment uuid.UUID) error {
	w.logger.WarnContext(ctx, "a deployment had no job that it needs", slog.String("job", job), logging.Deployment(deployment))

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJob(ctx, w.client, tx, job, arguments{DeploymentID: deployment})
	})
}
