package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// collectionsAtOnce bounds how many projects' repositories are cleaned up at the same time.
	collectionsAtOnce = 4
	// collectTimeout bounds how long one project may keep the others waiting.
	collectTimeout = time.Minute
	// deleteTimeout bounds how long a project is locked, and so how long whoever deploys it may have to wait.
	deleteTimeout = 5 * time.Second
)

// collectProjects takes the images and sources that nobody needs out of the registry. A project that fails does not keep it
// from the others.
func (w *Worker) collectProjects(ctx context.Context, removed *collected) error {
	projects, err := database.New(w.pool).ListProjectsToCollect(ctx, w.config.KeepReleases)
	if err != nil {
		return fmt.Errorf("find projects with garbage: %w", err)
	}

	group := errgroup.Group{}
	group.SetLimit(collectionsAtOnce)

	for _, project := range projects {
		group.Go(func() error {
			if err := w.collectProject(ctx, project, removed); err != nil && ctx.Err() == nil {
				w.logger.WarnContext(ctx, "could not collect the garbage of a project", slog.String("project_id", project.ID.String()), logging.Error(err))
			}

			return nil
		})
	}

	if err := group.Wait(); err != nil {
		return err
	}

	return ctx.Err()
}

func (w *Worker) collectProject(ctx context.Context, project database.ListProjectsToCollectRow, removed *collected) error {
	ctx, cancel := context.WithTimeout(ctx, collectTimeout)
	defer cancel()

	if !project.Deleted {
		return errors.Join(w.collectSources(ctx, project.ID, removed), w.collectImages(ctx, project.ID, w.config.KeepReleases, removed))
	}

	inUse, err := database.New(w.pool).ProjectIsInUse(ctx, project.ID)
	if err != nil || inUse {
		return err
	}

	// Nothing can be added to a project that is deleted, so that it need not be locked. The images come last, because by them
	// the project is found again should this fail.
	if err := w.collector.DeleteProject(ctx, project.ID); err != nil {
		return fmt.Errorf("empty the deleted project's repositories: %w", err)
	}

	return w.collectImages(ctx, project.ID, 0, removed)
}

// collectSources takes sources out of the registry. A deployment that needs one of them later fetches it again.
func (w *Worker) collectSources(ctx context.Context, project uuid.UUID, removed *collected) error {
	commits, err := w.collector.ListSources(ctx, project)
	if err != nil {
		return fmt.Errorf("list the sources: %w", err)
	}

	needed, err := database.New(w.pool).ListNeededCommits(ctx, project, w.config.KeepReleases)
	if err != nil {
		return fmt.Errorf("list the commits that are needed: %w", err)
	}

	for _, commit := range lo.Without(commits, needed...) {
		deleted := false

		err := w.whileNotBuilding(ctx, project, func(ctx context.Context, queries *database.Queries) error {
			needed, err := queries.ListNeededCommits(ctx, project, w.config.KeepReleases)
			if err != nil || slices.Contains(needed, commit) {
				return err
			}

			deleted = true

			return w.collector.DeleteSource(ctx, project, commit)
		})
		if err != nil {
			return fmt.Errorf("delete the source of commit %s: %w", commit, err)
		}

		if deleted {
			removed.sources.Add(1)
		}
	}

	return nil
}

// collectImages takes images out of the registry. They are marked first, in a transaction of its own: whatever happens
// then, nobody goes back to an image that is gone, and one that is still there is found again.
func (w *Worker) collectImages(ctx context.Context, project uuid.UUID, keep int32, removed *collected) error {
	err := w.whileNotBuilding(ctx, project, func(ctx context.Context, queries *database.Queries) error {
		return queries.MarkUnneededImages(ctx, project, keep)
	})
	if err != nil {
		return fmt.Errorf("mark images: %w", err)
	}

	for {
		deleted := false

		err := w.whileNotBuilding(ctx, project, func(ctx context.Context, queries *database.Queries) error {
			image, err := queries.LockMarkedImage(ctx, project)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}

			if err != nil {
				return fmt.Errorf("find a marked image: %w", err)
			}

			if err := w.collector.DeleteImage(ctx, project, image.Digest); err != nil {
				return fmt.Errorf("delete image %s: %w", image.Digest, err)
			}

			faultpoint.Reach(kindCollectGarbage, faultpoint.After)

			deleted = true

			return queries.SetImageTakenOut(ctx, image.ID)
		})
		if err != nil || !deleted {
			return err
		}

		removed.images.Add(1)
	}
}

// whileNotBuilding runs f while no deployment of the project can be putting anything into the registry: one that is on its
// way keeps it from running, and a new one waits. It may only take the time of one deletion.
func (w *Worker) whileNotBuilding(
	ctx context.Context, project uuid.UUID, f func(ctx context.Context, queries *database.Queries) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, project); err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		building, err := queries.ProjectIsBuilding(ctx, project)
		if err != nil || building {
			return err
		}

		return f(ctx, queries)
	})
}
