package workflows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// previewsOff is the setting of projects without previews, as it stands in projects.previews.
const previewsOff = "off"

// ensurePreview returns the preview of a branch, and makes it where there is none. The project is locked. A project that has as many previews as it
// may have is a conflict.
func (d *Deployments) ensurePreview(ctx context.Context, queries *database.Queries, project database.Project, branch string) (database.Environment, error) {
	found, err := queries.GetPreviewOf(ctx, project.ID, branch)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return found, err
	}

	count, err := queries.CountPreviews(ctx, project.ID)
	if err != nil {
		return database.Environment{}, fmt.Errorf("count the previews: %w", err)
	}

	if count >= int64(d.previews.MaxPreviews) {
		return database.Environment{}, problem.New(problem.Conflict,
			"This project has %d previews, which is as many as it can have. Delete one first: zeitwork environments delete.", count)
	}

	return d.makePreview(ctx, queries, project, branch)
}

func (d *Deployments) makePreview(ctx context.Context, queries *database.Queries, project database.Project, branch string) (database.Environment, error) {
	base, err := baseDomain(ctx, queries, project)
	if err != nil {
		return database.Environment{}, err
	}

	slug, hostname, err := freePreviewName(ctx, queries, project, branch, base)
	if err != nil {
		return database.Environment{}, err
	}

	preview, err := queries.CreatePreview(ctx, database.CreatePreviewParams{
		ID: id.New(), ProjectID: project.ID, Slug: slug, Branch: branch, Lasts: previewLasts(project),
	})
	if err != nil {
		return database.Environment{}, fmt.Errorf("insert the preview: %w", err)
	}

	if _, err := queries.CreateDomain(ctx, database.CreateDomainParams{
		OrganisationID: project.OrganisationID,
		ID:             id.New(), ProjectID: project.ID, EnvironmentID: preview.ID, Hostname: hostname, Kind: domainGenerated,
	}); err != nil {
		return database.Environment{}, fmt.Errorf("insert the preview's domain: %w", err)
	}

	message := fmt.Sprintf("Branch %s got a preview: %s.", branch, hostname)
	if err := recordEvent(ctx, queries, project.ID, nil, eventPreview, message); err != nil {
		return database.Environment{}, err
	}

	// What follows in the transaction only inserts: nothing can wait for it that it waits for.
	return preview, changeRoutes(ctx, queries)
}

// domainGenerated is the kind of the domain that every environment has, as it stands in domains.kind.
const domainGenerated = "generated"

// baseDomain is what the generated domain of the project's production is under.
func baseDomain(ctx context.Context, queries *database.Queries, project database.Project) (string, error) {
	hostname, err := queries.GeneratedHostname(ctx, project.ID)
	if err != nil {
		return "", fmt.Errorf("read the generated domain of project %s: %w", project.ID, err)
	}

	_, base, found := strings.Cut(hostname, ".")
	if !found {
		return "", fmt.Errorf("the generated domain %s of project %s is under none", hostname, project.ID)
	}

	return base, nil
}

// freePreviewName returns the slug that the preview of a branch gets, with its hostname.
func freePreviewName(
	ctx context.Context, queries *database.Queries, project database.Project, branch, base string,
) (slug, hostname string, err error) {
	for _, slug := range previewSlugs(project.Slug, branch) {
		hostname := project.Slug + "-" + slug + "." + base

		taken, err := queries.PreviewNameTaken(ctx, project.ID, slug, hostname)
		if err != nil {
			return "", "", fmt.Errorf("look for a free name: %w", err)
		}

		if !taken {
			return slug, hostname, nil
		}
	}

	return "", "", problem.New(problem.Conflict, "No hostname is free for a preview of branch %s. Choose another name for the branch.", branch)
}

// previewLasts is how long a preview stays behind the last push to its branch.
func previewLasts(project database.Project) time.Duration {
	const day = 24 * time.Hour

	return time.Duration(project.PreviewDays) * day
}

// EndPreview deletes a preview: its deployments end, its domains go, and what is left of it is history. The reason ends the sentence "… was deleted,
// as" in the project's events; empty for somebody who has asked for it. The production of a project is a conflict. Also may be nil; it gets the id of
// the preview.
func (d *Deployments) EndPreview(ctx context.Context, project, environment uuid.UUID, reason string, also Also) error {
	return database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		preview, err := openEnvironment(ctx, queries, locked, environment)
		if err != nil {
			return err
		}

		if preview.Kind == environmentProduction {
			return problem.New(problem.Conflict, "Production stays as long as its project. Only previews can be deleted.")
		}

		if also != nil {
			if err := also(ctx, queries, preview.ID); err != nil {
				return err
			}
		}

		return d.endPreviewTx(ctx, tx, queries, preview, reason)
	})
}

func (d *Deployments) endPreviewTx(ctx context.Context, tx pgx.Tx, queries *database.Queries, preview database.Environment, reason string) error {
	if err := d.endEnvironment(ctx, tx, queries, preview.ID); err != nil {
		return err
	}

	if err := queries.DeleteDomainsOf(ctx, preview.ID); err != nil {
		return fmt.Errorf("delete the preview's domains: %w", err)
	}

	if err := queries.MarkPreviewDeleted(ctx, preview.ID); err != nil {
		return fmt.Errorf("write that the preview is deleted: %w", err)
	}

	message := nameOfEnvironment(preview) + " was deleted"
	if reason != "" {
		message += ", as " + reason
	}

	if err := recordEvent(ctx, queries, preview.ProjectID, nil, eventPreview, message+"."); err != nil {
		return err
	}

	return changeRoutes(ctx, queries)
}

// CreatePreview makes the preview of a branch, and deploys nothing to it. A branch that has one, and the project's own, are a conflict. Also may be
// nil; it gets the id of the preview.
func (d *Deployments) CreatePreview(ctx context.Context, project uuid.UUID, branch string, also Also) (preview database.Environment, err error) {
	err = database.InTx(ctx, d.pool, func(_ pgx.Tx, queries *database.Queries) error {
		locked, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		if branch == locked.Branch {
			return problem.New(problem.Conflict, "Branch %s is deployed to production. Previews are for other branches.", branch)
		}

		_, err = queries.GetPreviewOf(ctx, project, branch)
		if err == nil {
			return problem.New(problem.Conflict, "Branch %s has a preview already.", branch)
		}

		if !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("look for the preview of the branch: %w", err)
		}

		if preview, err = d.ensurePreview(ctx, queries, locked, branch); err != nil || also == nil {
			return err
		}

		return also(ctx, queries, preview.ID)
	})

	return preview, err
}
