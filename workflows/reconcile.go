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

// reconcile finds what should not be, whatever led to it, and inserts the job that corrects it: deployments that no job
// carries on, deployments of whose state GitHub was not told, VMs that nobody needs any more, VMs whose node was lost or is being
// drained or that are ill there, deployments that run on more or fewer VMs than their project asks for, and environments that are to fall asleep or to
// wake. It does nothing else. A query that fails does
// not keep it from the others.
func (w *Worker) reconcile(ctx context.Context, _ *river.Job[arguments]) error {
	queries := database.New(w.pool)
	err := errors.Join(w.resumeStranded(ctx), w.passTurns(ctx), w.resumeWhereRoom(ctx))

	for _, look := range []struct {
		job  string
		list func(context.Context) ([]uuid.UUID, error)
	}{
		{kindCleanup, queries.ListLeftoverDeployments},
		{kindRetire, queries.ListUnretiredDeployments},
		{kindRetire, queries.ListCooledDeployments},
		{kindMoveVMs, func(ctx context.Context) ([]uuid.UUID, error) {
			return queries.ListDeploymentsToMove(ctx, w.config.NodeLostAfter, w.config.illAfter(), seenWithin)
		}},
		{kindRescale, queries.ListDeploymentsToRescale},
		{kindSleep, w.listIdle},
		{kindSleep, queries.ListDozingDeployments},
		{kindWake, queries.ListDeploymentsToWake},
	} {
		found, listErr := look.list(ctx)
		err = errors.Join(err, listErr)

		for _, deployment := range found {
			err = errors.Join(err, w.insertMissing(ctx, look.job, deployment))
		}
	}

	err = errors.Join(err, w.insertReports(ctx), w.tellLost(ctx), queries.ReleasePrefixes(ctx, w.config.AddressCooldown))

	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}

	return nil
}

// resumeStranded inserts the job of the step that each stranded deployment stands at.
func (w *Worker) resumeStranded(ctx context.Context) error {
	stranded, err := database.New(w.pool).ListStrandedDeployments(ctx)
	if err != nil {
		return fmt.Errorf("find stranded deployments: %w", err)
	}

	for _, deployment := range stranded {
		err = errors.Join(err, w.insertMissing(ctx, jobName(deployment.Step), deployment.ID))
	}

	return err
}

// insertReports inserts the jobs that tell GitHub what it does not know yet.
func (w *Worker) insertReports(ctx context.Context) error {
	queries := database.New(w.pool)

	unreported, err := queries.ListUnreportedDeployments(ctx)
	if err != nil {
		return fmt.Errorf("find the deployments to report: %w", err)
	}

	due, err := queries.ListDueComments(ctx)
	if err != nil {
		return fmt.Errorf("find the comments that are due: %w", err)
	}

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
		for _, deployment := range unreported {
			if err := insertJob(ctx, w.inserter, tx, kindGithubReport, arguments{DeploymentID: deployment}); err != nil {
				return err
			}
		}

		for _, environment := range due {
			if err := insertJob(ctx, w.inserter, tx, kindGithubReport, arguments{EnvironmentID: environment}); err != nil {
				return err
			}
		}

		return nil
	})
}

// insertMissing inserts a job that a deployment needs, unless another worker has just done so.
func (w *Worker) insertMissing(ctx context.Context, job string, deployment uuid.UUID) error {
	w.logger.InfoContext(ctx, "a deployment needs a job that it does not have", slog.String("job", job), logging.Deployment(deployment))

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return insertJob(ctx, w.inserter, tx, job, arguments{DeploymentID: deployment})
	})
}
