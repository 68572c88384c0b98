package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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
	// deleteTimeout bounds how long the row of an image is locked while the image is deleted. Postgres ends transactions that wait longer.
	deleteTimeout = 4 * time.Second
)

// collectProjects takes the images and sources that no deployment needs out of the registry. A project that fails does not keep it
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

// The registry is asked for nothing while a project is locked: deployments go on meanwhile. Two races are left, and both end well:
//
//   - A build pushes an image again that is being deleted. The row of the image is locked until it is deleted, so that the build, which takes
//     the mark back when it ends, waits for that. The push step then does not find the image and sends its deployment back to the build.
//   - A clone puts a source into the registry that is being deleted. The step that does not find it sends its deployment back to the clone.

// collectSources takes sources out of the registry. A deployment that needs one of them later fetches it again.
func (w *Worker) collectSources(ctx context.Context, project uuid.UUID, removed *collected) error {
	commits, err := w.collector.ListSources(ctx, project)
	if err != nil {
		return fmt.Errorf("list the sources: %w", err)
	}

	queries := database.New(w.pool)

	for _, commit := range commits {
		needed, err := queries.CommitIsNeeded(ctx, project, commit, w.config.KeepReleases)
		if err != nil {
			return fmt.Errorf("find out whether commit %s is needed: %w", commit, err)
		}

		if needed {
			continue
		}

		if err := w.collector.DeleteSource(ctx, project, commit); err != nil {
			return fmt.Errorf("delete the source of commit %s: %w", commit, err)
		}

		removed.sources.Add(1)
	}

	return nil
}

// collectImages takes images out of the registry. They are marked first, in a transaction of its own: from then on nobody can roll back to
// them, and an image that is still there after a crash is found again.
func (w *Worker) collectImages(ctx context.Context, project uuid.UUID, keep int32, removed *collected) error {
	if err := w.noteForgottenImages(ctx, project); err != nil {
		removed.unread.Add(1)

		return err
	}

	err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, project); err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		if err := queries.MarkUnneededImages(ctx, project, keep); err != nil {
			return err
		}

		return queries.DeleteDomainsOfUnneeded(ctx, project)
	})
	if err != nil {
		return fmt.Errorf("mark images: %w", err)
	}

	for deleted := true; deleted; {
		if deleted, err = w.deleteMarkedImage(ctx, project); err != nil {
			return err
		}

		if deleted {
			removed.images.Add(1)
		}
	}

	return nil
}

// noteForgottenImages writes down the images of deployments that ended while their worker was dead: between the upload of the image and its row.
func (w *Worker) noteForgottenImages(ctx context.Context, project uuid.UUID) error {
	tagged, err := w.collector.ListImages(ctx, project)
	if err != nil {
		return fmt.Errorf("list the images: %w", err)
	}

	forgotten, err := database.New(w.pool).ListDeploymentsWithoutImage(ctx, project, tagged)
	if err != nil {
		return fmt.Errorf("find images without a row: %w", err)
	}

	for _, deployment := range forgotten {
		if err := w.noteLeftImage(ctx, project, deployment); err != nil {
			return err
		}
	}

	return nil
}

// deleteMarkedImage takes one marked image out of the registry, and tells whether there was one. Its row alone is locked meanwhile.
func (w *Worker) deleteMarkedImage(ctx context.Context, project uuid.UUID) (deleted bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()

	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
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

	return deleted, err
}
