package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// EndProject ends everything that runs for a project, in the transaction that deletes it: deployments on their way are
// cancelled, and the live one loses its domains and is retired.
func (d *Deployments) EndProject(ctx context.Context, tx pgx.Tx, project uuid.UUID) error {
	queries := database.New(tx)

	if _, err := queries.LockProject(ctx, project); err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}

	deployments, err := queries.ListProjectDeploymentsToEnd(ctx, project)
	if err != nil {
		return fmt.Errorf("find the project's deployments: %w", err)
	}

	for _, deployment := range deployments {
		if err := d.stop(ctx, tx, queries, deployment.ID, stateCancelled); err != nil {
			return err
		}
	}

	if err := passTurn(ctx, d.inserter, tx, project); err != nil {
		return err
	}

	if err := queries.ReleaseDomains(ctx, project); err != nil {
		return fmt.Errorf("release the project's domains: %w", err)
	}

	if _, err := queries.NextRouteVersion(ctx); err != nil {
		return fmt.Errorf("count the route version: %w", err)
	}

	if err := queries.Notify(ctx, database.ChannelRoutes, ""); err != nil {
		return fmt.Errorf("notify: %w", err)
	}

	return retireReplaced(ctx, d.inserter, tx, project, uuid.Nil, 0)
}
