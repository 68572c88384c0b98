package workflows

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

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

		if err := queries.PointDomains(ctx, &a.deployment.ID, a.project.ID); err != nil {
			return fmt.Errorf("point the domains: %w", err)
		}

		if err := retireReplaced(ctx, w.client, tx, a.project.ID, a.deployment.ID, w.config.KeepWarm); err != nil {
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
