package workflows

import (
	"context"
	"fmt"
	"strings"

	"github.com/zeitwork/zeitwork/database"
)

// renameGenerated gives the kept generated domains of a project the hostnames that the slug makes them have. A preview whose hostname others have by now gets
// another one.
func renameGenerated(ctx context.Context, queries *database.Queries, project database.Project, slug string) error {
	kept, err := queries.ListKeptGenerated(ctx, project.ID)
	if err != nil {
		return fmt.Errorf("list the generated domains: %w", err)
	}

	base, err := baseDomain(ctx, queries, project)
	if err != nil {
		return err
	}

	renamed := project
	renamed.Slug = slug

	for _, domain := range kept {
		if domain.Environment.Kind == environmentProduction {
			err = renameProduction(ctx, queries, project, slug, domain, base)
		} else {
			err = renamePreview(ctx, queries, renamed, domain, base)
		}

		if err != nil {
			return err
		}
	}

	return nil
}

func renameProduction(
	ctx context.Context, queries *database.Queries, project database.Project, slug string, domain database.ListKeptGeneratedRow, base string,
) error {
	hostname := slug + "." + base

	taken, err := queries.ProjectSlugTaken(ctx, slug, hostname, project.OrganisationID)
	if err != nil {
		return fmt.Errorf("look whether the slug is taken: %w", err)
	}

	if taken {
		return slugIsTaken(project, slug)
	}

	return renameDomain(ctx, queries, domain, hostname)
}

func renamePreview(ctx context.Context, queries *database.Queries, project database.Project, domain database.ListKeptGeneratedRow, base string) error {
	preview := domain.Environment

	label := project.Slug + "-" + preview.Slug

	taken, err := queries.PreviewNameTaken(ctx, database.PreviewNameTakenParams{
		ProjectID: project.ID, Hostname: label + "." + base, OrganisationID: project.OrganisationID,
	})
	if err != nil {
		return fmt.Errorf("look whether the name of a preview is taken: %w", err)
	}

	if !taken && len(label) <= maxLabel {
		return renameDomain(ctx, queries, domain, label+"."+base)
	}

	name := preview.Branch
	if preview.PullRequestNumber != nil {
		name = pullPreviewName(int64(*preview.PullRequestNumber))
	}

	slug, hostname, err := freePreviewName(ctx, queries, project, name, base)
	if err != nil {
		return err
	}

	if err := queries.RenamePreview(ctx, slug, preview.ID); err != nil {
		return fmt.Errorf("rename a preview: %w", err)
	}

	return renameDomain(ctx, queries, domain, hostname)
}

func renameDomain(ctx context.Context, queries *database.Queries, domain database.ListKeptGeneratedRow, hostname string) error {
	if strings.EqualFold(domain.Domain.Hostname, hostname) {
		return nil
	}

	if err := queries.RenameDomain(ctx, hostname, domain.Domain.ID); err != nil {
		return fmt.Errorf("rename a generated domain: %w", err)
	}

	return nil
}
