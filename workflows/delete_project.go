package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// A deleted project serves nothing, and nothing runs for it. Until projects.kept_until its rows, images, domains and repository access are kept, so that
// RestoreProject can bring it back; garbage collection, certificates and the checks of its domains leave it alone meanwhile. Then PurgeProject takes what was
// kept for that, and garbage collection and history take the rest.

// DeleteProject ends everything that runs for a project and deletes it, in a way that can be undone for that long; zero deletes it for good.
func (d *Deployments) DeleteProject(ctx context.Context, tx pgx.Tx, project database.Project, undo time.Duration) error {
	if err := d.endProject(ctx, tx, project.ID); err != nil {
		return fmt.Errorf("end what runs for project %s: %w", project.ID, err)
	}

	queries := database.New(tx)

	if undo <= 0 {
		return PurgeProject(ctx, queries, project)
	}

	if err := queries.MarkProjectDeleted(ctx, undo, project.ID, project.OrganisationID); err != nil {
		return fmt.Errorf("write that the project is deleted: %w", err)
	}

	if err := queries.KeepDomains(ctx, project.ID); err != nil {
		return fmt.Errorf("take the domains out of the route table: %w", err)
	}

	// Edges show their certificates no more.
	return ChangeCertificates(ctx, queries)
}

// PurgeProject deletes a project for good for which nothing is to run any more. The project is locked.
func PurgeProject(ctx context.Context, queries *database.Queries, project database.Project) error {
	if err := queries.MarkProjectGone(ctx, project.ID); err != nil {
		return fmt.Errorf("write that the project is gone: %w", err)
	}

	// History deletes no deployment that an environment is pinned to.
	if err := queries.UnpinEnvironments(ctx, project.ID); err != nil {
		return fmt.Errorf("unpin the environments: %w", err)
	}

	if err := queries.DeleteDomains(ctx, project.ID); err != nil {
		return fmt.Errorf("delete the domains: %w", err)
	}

	return ForgetRepositoryAccess(ctx, queries, project)
}

// purgeExpired deletes the projects for good whose deletion cannot be undone any more. A project that fails does not keep it from the others.
func (w *Worker) purgeExpired(ctx context.Context, removed *collected) error {
	for {
		expired, err := database.New(w.pool).ListExpiredProjects(ctx)
		if err != nil {
			return fmt.Errorf("find the projects that are to go: %w", err)
		}

		var (
			gone     int64
			problems []error
		)

		for _, project := range expired {
			purged, err := w.purge(ctx, project)
			if err != nil {
				problems = append(problems, err)
			}

			if purged && err == nil {
				gone++
			}
		}

		removed.purged.Add(gone)

		if gone == 0 {
			return errors.Join(problems...)
		}
	}
}

// purge deletes a project for good, unless another worker was faster.
func (w *Worker) purge(ctx context.Context, project uuid.UUID) (purged bool, err error) {
	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		locked, err := queries.LockExpiredProject(ctx, project)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}

		if err != nil {
			return fmt.Errorf("lock project %s: %w", project, err)
		}

		if err := PurgeProject(ctx, queries, locked); err != nil {
			return err
		}

		purged = true

		return auditPurge(ctx, queries, locked)
	})
	if purged && err == nil {
		w.logger.InfoContext(ctx, "a project is deleted for good", slog.String("project_id", project.String()))
	}

	return purged, err
}

// auditPurge records that a project is gone for good since nobody has restored it in time, in the transaction that deletes it.
func auditPurge(ctx context.Context, queries *database.Queries, project database.Project) error {
	details, err := json.Marshal(map[string]any{"slug": project.Slug})
	if err != nil {
		return fmt.Errorf("write the details of a deletion: %w", err)
	}

	err = queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
		ID: id.New(), OrganisationID: &project.OrganisationID, ActorKind: new(database.ActorPlatform), Action: "project.purge", SubjectType: "project",
		SubjectID: project.ID, Details: details,
	})
	if err != nil {
		return fmt.Errorf("write that project %s is gone: %w", project.ID, err)
	}

	return nil
}
