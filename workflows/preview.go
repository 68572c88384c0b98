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

// The settings of projects without previews, and with one for each branch, as they stand in projects.previews.
const (
	previewsOff      = "off"
	previewsBranches = "branches"
)

// ensurePreview returns the preview of a branch, and makes it where there is none. The project is locked. A project that has as many previews as it may have
// is a conflict.
func (d *Deployments) ensurePreview(ctx context.Context, queries *database.Queries, project database.Project, branch string) (database.Environment, error) {
	found, err := queries.GetPreviewOf(ctx, project.ID, branch)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return found, err
	}

	return d.makePreview(ctx, queries, project, newPreview{branch: branch, name: branch, called: "Branch " + branch})
}

// previewSleepsAfter is after how many minutes without a request a preview falls asleep that nobody has said otherwise of.
const previewSleepsAfter = 15

// newPreview is what a preview is made for.
type newPreview struct {
	branch string
	isFork bool
	// name is what its slug is made of, and called begins the sentence that tells of it.
	name, called string
}

func (d *Deployments) makePreview(ctx context.Context, queries *database.Queries, project database.Project, wanted newPreview) (database.Environment, error) {
	if err := d.requireRoom(ctx, queries, project.ID, wanted.isFork); err != nil {
		return database.Environment{}, err
	}

	base, err := baseDomain(ctx, queries, project)
	if err != nil {
		return database.Environment{}, err
	}

	slug, hostname, err := freePreviewName(ctx, queries, project, wanted.name, base)
	if err != nil {
		return database.Environment{}, err
	}

	preview, err := queries.CreatePreview(ctx, database.CreatePreviewParams{
		ID: id.New(), ProjectID: project.ID, Slug: slug, Branch: wanted.branch, Lasts: previewLasts(project), SleepAfterMinutes: previewSleepsAfter,
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

	message := fmt.Sprintf("%s got a preview: %s.", wanted.called, hostname)
	if err := recordEvent(ctx, queries, project.ID, nil, eventPreview, message); err != nil {
		return database.Environment{}, err
	}

	return preview, nil
}

// requireRoom returns a problem for a project that has as many previews as it may have or, where unapproved, as many of forks of which no commit was
// approved yet: strangers must not take the room of the project's own. The project is locked.
func (d *Deployments) requireRoom(ctx context.Context, queries *database.Queries, project uuid.UUID, unapproved bool) error {
	count, err := queries.CountPreviews(ctx, project)

	switch most := int64(d.previews.MaxPreviews); {
	case err != nil:
		return fmt.Errorf("count the previews: %w", err)
	case unapproved && count.Unapproved >= most:
		return problem.New(problem.Conflict, "%d pull requests from forks wait for an approval in this project, which is as many as can. "+
			"Approve or delete one first: zeitwork environments approve, zeitwork environments delete.", count.Unapproved)
	case !unapproved && count.Admitted >= most:
		return problem.New(problem.Conflict,
			"This project has %d previews, which is as many as it can have. Delete one first: zeitwork environments delete.", count.Admitted)
	default:
		return nil
	}
}

// isUnapproved tells whether an environment is that of a fork of which no commit was approved yet.
func isUnapproved(environment database.Environment) bool {
	return environment.IsFork && environment.ApprovedCommit == nil
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

		taken, err := queries.PreviewNameTaken(ctx, database.PreviewNameTakenParams{
			ProjectID: project.ID, Slug: slug, Hostname: hostname, OrganisationID: project.OrganisationID,
		})
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

		return d.endPreview(ctx, tx, queries, preview, reason)
	})
}

// endPreview is EndPreview in a transaction that has locked the project.
func (d *Deployments) endPreview(ctx context.Context, tx pgx.Tx, queries *database.Queries, preview database.Environment, reason string) error {
	if err := d.endEnvironment(ctx, tx, queries, preview.ID); err != nil {
		return err
	}

	if err := queries.DeleteDomainsOf(ctx, preview.ID); err != nil {
		return fmt.Errorf("delete the preview's domains: %w", err)
	}

	if err := queries.MarkPreviewDeleted(ctx, preview.ID); err != nil {
		return fmt.Errorf("write that the preview is deleted: %w", err)
	}

	// Pull requests that have none for want of room are looked at again.
	if err := queries.ForgetFullPoll(ctx, preview.ProjectID); err != nil {
		return fmt.Errorf("have the pull requests looked at: %w", err)
	}

	message := nameOfEnvironment(preview) + " was deleted"
	if reason != "" {
		message += ", as " + reason
	}

	return recordEvent(ctx, queries, preview.ProjectID, nil, eventPreview, message+".")
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

		if preview, err = d.ensurePreview(ctx, queries, locked, branch); err != nil {
			return err
		}

		if also == nil {
			return nil
		}

		return also(ctx, queries, preview.ID)
	})

	return preview, err
}
