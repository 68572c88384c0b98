package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
)

// An organisation may run so many instances, with so many processors and so much memory. A deployment for which nothing is left of these waits at
// its step, without a job and without a deadline, until another one has ended, the project asks for less, or an operator allows more: reconcile then
// lets it go on.

// attemptHeld is the state of an attempt in the timeline whose step waits without a worker.
const attemptHeld = "held"

// mayRun returns a *quota.FullError where the deployment's organisation may not run what the deployment needs. It locks the organisation's quotas;
// placement, which comes behind them, is not locked yet.
func mayRun(ctx context.Context, queries *database.Queries, project database.Project, deployment database.Deployment) error {
	return quota.Start(ctx, queries, project.OrganisationID, deployment.EnvironmentID, quota.AllotmentOf(project, InstancesOf(project, deployment)))
}

// awaitQuota leaves the deployment at its step until its organisation has as much left as it needs.
func (w *Worker) awaitQuota(ctx context.Context, a *attempt, full *quota.FullError) error {
	sentence := full.Waiting()
	a.logger.InfoContext(ctx, "step waits for a quota")

	err := w.settle(ctx, a, func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		if err := a.close(ctx, queries, attemptHeld, nil, &sentence); err != nil {
			return err
		}

		if err := queries.AwaitQuota(ctx, a.deployment.ID); err != nil {
			return fmt.Errorf("have the deployment wait: %w", err)
		}

		return a.complete(ctx, tx)
	})

	return unlessFenced(err, "have the deployment wait for a quota")
}

// resumeWhereRoom lets the deployments go on for which their organisation has enough left by now: of each organisation those first that have waited
// longest. One that could never run holds up no others.
func (w *Worker) resumeWhereRoom(ctx context.Context) error {
	queries := database.New(w.pool)

	waiting, err := queries.ListDeploymentsAwaitingQuota(ctx)
	if err != nil {
		return fmt.Errorf("find the deployments that wait for a quota: %w", err)
	}

	var (
		resumed = map[uuid.UUID]quota.Allotment{}
		full    = map[uuid.UUID]bool{}
	)

	for _, row := range waiting {
		organisation := row.Project.OrganisationID
		if full[organisation] {
			continue
		}

		room, lookErr := quota.Look(ctx, queries, organisation, row.Deployment.EnvironmentID)
		if lookErr != nil {
			err = errors.Join(err, lookErr)

			continue
		}

		wanted := quota.AllotmentOf(row.Project, InstancesOf(row.Project, row.Deployment))

		if refused, ok := errors.AsType[*quota.FullError](room.Less(resumed[organisation]).Start(wanted)); ok {
			full[organisation] = !refused.Hopeless()

			continue
		}

		resumed[organisation] = resumed[organisation].Add(wanted)
		err = errors.Join(err, w.insertMissing(ctx, jobName(row.Deployment.Step), row.Deployment.ID))
	}

	return err
}
