package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// push makes sure that the image is in the registry and stays there, and gives it its row.
func (w *Worker) push(ctx context.Context, a *attempt) (outcome, error) {
	image, err := w.publisher.Publish(ctx, a.project.ID, a.deployment.ID, lo.FromPtr(a.deployment.ImageDigest))
	if errors.Is(err, activities.ErrGone) {
		return nil, goBack(stepBuild, "The image was collected while it was built again.")
	}

	if err != nil {
		return nil, fmt.Errorf("publish the image: %w", err)
	}

	return func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		row, err := queries.UpsertImage(ctx, database.UpsertImageParams{
			ID: id.New(), ProjectID: a.project.ID, Repository: image.Repository, Digest: image.Digest, SizeBytes: image.SizeBytes,
		})
		if err != nil {
			return fmt.Errorf("write the image: %w", err)
		}

		if err := queries.SetDeploymentImage(ctx, &row.ID, a.deployment.ID); err != nil {
			return fmt.Errorf("write the deployment's image: %w", err)
		}

		return nil
	}, nil
}
