package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// endProject ends everything that runs for a project, in the transaction that deletes it: all of its environments.
func (d *Deployments) endProject(ctx context.Context, tx pgx.Tx, project uuid.UUID) error {
	queries := database.New(tx)

	if _, err := queries.LockProject(ctx, project); err != nil {
		return fmt.Errorf("lock the project: %w", err)
	}

	environments, err := queries.ListEnvironments(ctx, project)
	if err != nil {
		return fmt.Errorf("list the project's environments: %w", err)
	}

	for _, environment := range environments {
		if err := d.endEnvironment(ctx, tx, queries, environment.ID); err != nil {
			return err
		}

		if err := keepPin(ctx, queries, environment); err != nil {
			return err
		}
	}

	if err := queries.MarkPreviewsDeleted(ctx, project); err != nil {
		return fmt.Errorf("write that the previews are deleted: %w", err)
	}

	return nil
}

// endEnvironment ends everything that runs in an environment: deployments on their way are cancelled, and the live one loses its domains and is
// retired. The project is locked.
func (d *Deployments) endEnvironment(ctx context.Context, tx pgx.Tx, queries *database.Queries, environment uuid.UUID) error {
	// What a rollback has pinned must not be let go on by the rollback's end.
	if _, err := queries.UnpinEnvironment(ctx, environment); err != nil {
		return fmt.Errorf("unpin the environment: %w", err)
	}

	deployments, err := queries.ListUnfinishedDeployments(ctx, environment, uuid.Nil)
	if err != nil {
		return fmt.Errorf("find the environment's deployments: %w", err)
	}

	for _, deployment := range deployments {
		if err := d.stop(ctx, tx, queries, deployment.ID, stateCancelled); err != nil {
			return err
		}
	}

	if len(deployments) > 0 {
		if _, _, err := passTurn(ctx, d.inserter, tx, deployments[0].ProjectID); err != nil {
			return err
		}
	}

	if err := queries.ReleaseDomains(ctx, environment); err != nil {
		return fmt.Errorf("release the environment's domains: %w", err)
	}

	return retireReplaced(ctx, d.inserter, tx, environment, uuid.Nil, 0)
}

// keepPin leaves an environment whose project is deleted pinned to what was live there, which a restoration goes by. A rollback that was still on its way
// pins nothing any more.
func keepPin(ctx context.Context, queries *database.Queries, environment database.Environment) error {
	if environment.PinnedByID == nil {
		return nil
	}

	pinned, err := find(ctx, queries, *environment.PinnedByID)
	if err != nil || pinned.State != stateRetired {
		return err
	}

	if err := queries.PinEnvironment(ctx, pinned.ID, environment.ID); err != nil {
		return fmt.Errorf("keep the pin of the environment: %w", err)
	}

	return nil
}
