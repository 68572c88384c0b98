package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// noteLeftImage writes down the image that a build of the deployment has left in the registry, so that it is collected unless somebody needs it.
func (w *Worker) noteLeftImage(ctx context.Context, project, deployment uuid.UUID) error {
	digest, err := w.publisher.ImageOf(ctx, project, deployment)
	if err != nil {
		return fmt.Errorf("look for an image that was left: %w", err)
	}

	if digest == "" {
		return nil
	}

	return w.noteImage(ctx, project, digest)
}

// noteImage writes that the registry has the image. That is so even if the deployment has ended meanwhile, and then it has
// to be collected: the end of ctx does not keep it from being written.
func (w *Worker) noteImage(ctx context.Context, project uuid.UUID, digest string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	err := database.New(w.pool).NoteImage(ctx, database.NoteImageParams{
		ID: id.New(), ProjectID: project, Repository: activities.ImageRepository(project), Digest: digest,
	})
	if err != nil {
		return fmt.Errorf("note the image: %w", err)
	}

	return nil
}

// requireKept returns a problem when the image was collected, or is about to be. The project is locked.
func requireKept(ctx context.Context, queries *database.Queries, image uuid.UUID) error {
	kept, err := queries.ImageIsKept(ctx, image)
	if err != nil {
		return fmt.Errorf("read the image: %w", err)
	}

	return requireImage(kept)
}

func requireImage(kept bool) error {
	if kept {
		return nil
	}

	return problem.New(problem.Conflict,
		"The image of this deployment is not kept any more, because newer ones have been live since. Redeploy it to build its commit again.")
}
