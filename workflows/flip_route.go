package workflows

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// flipRoute points the project's domains at the deployment, which makes it live, and has what it replaces retired. The
// project is locked, so that of two deployments the older one can never come last.
func (w *Worker) flipRoute(_ context.Context, a *attempt) (outcome, error) {
	return func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		overtaken, err := queries.NewerDeploymentWasLive(ctx, a.project.ID, a.deployment.CreatedAt)
		if err != nil {
			return fmt.Errorf("look for younger deployments: %w", err)
		}

		if overtaken {
			return errOvertaken
		}

		if err := requireHealthy(ctx, queries, a); err != nil {
			return err
		}

		if err := queries.PointDomains(ctx, &a.deployment.ID, a.project.ID); err != nil {
			return fmt.Errorf("point the domains: %w", err)
		}

		if err := retireReplaced(ctx, w.inserter, tx, a.project.ID, a.deployment.ID, w.config.KeepWarm); err != nil {
			return err
		}

		// The version is everybody's, so that it is locked last.
		version, err := queries.NextRouteVersion(ctx)
		if err != nil {
			return fmt.Errorf("count the route version: %w", err)
		}

		if err := queries.MakeDeploymentLive(ctx, version, a.deployment.ID); err != nil {
			return fmt.Errorf("make the deployment live: %w", err)
		}

		return queries.Notify(ctx, database.ChannelRoutes, "")
	}, nil
}

// requireHealthy sends the deployment back to its health check where an instance is not healthy any more. A report that says so later
// changes the route table itself.
func requireHealthy(ctx context.Context, queries *database.Queries, a *attempt) error {
	rows, err := queries.ListDeploymentVMs(ctx, seenWithin, a.deployment.ID)
	if err != nil {
		return fmt.Errorf("read the VMs: %w", err)
	}

	if !judge(rows).healthy {
		return goBack(stepHealthCheck, "An instance of the app was healthy and is not any more.")
	}

	if len(lo.Filter(rows, toServe)) == int(a.project.Instances) {
		return nil
	}

	// The number was changed on the way.
	if err := queries.UnsettleInstances(ctx, a.project.ID); err != nil {
		return fmt.Errorf("have the instances compared: %w", err)
	}

	return nil
}
