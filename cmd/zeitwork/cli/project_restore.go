package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) deletedProjectsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "deleted", Short: "List deleted projects that can be restored", Example: "  zeitwork projects deleted",
		Args: cobra.NoArgs,
		RunE: a.run(func(ctx context.Context, api *API, _ []string) error {
			deleted, err := deletedProjects(ctx, api, "")
			if err != nil {
				return err
			}

			return a.print(items(deleted), func(w io.Writer) { printDeleted(w, deleted) })
		}),
	}
}

func printDeleted(w io.Writer, deleted []client.DeletedProject) {
	t := newTable(w, "SLUG", "ID", "REPOSITORY", "DELETED", "KEPT FOR", "NOTE")
	for _, project := range deleted {
		t.row(project.Slug, project.ID.String(), project.RepositoryURL, ago(project.DeletedAt), "another "+long(time.Until(project.KeptUntil)),
			lo.Ternary(project.SlugTaken, "another project has the slug: restore it with --slug", ""))
	}

	t.flush()
}

func (a *app) restoreProjectCommand() *cobra.Command {
	var slug string

	command := &cobra.Command{
		Use:   "restore SLUG|ID",
		Short: "Bring a deleted project back",
		Long: "Undo the deletion of a project. It has its settings, variables, domains and previews again, and what was live is deployed " +
			"again from its image, without a build.\n\nThe id, which `zeitwork projects deleted` lists, tells apart projects that had the same slug.",
		Example: "  zeitwork projects restore shop\n  zeitwork projects restore shop --slug old-shop",
		Args:    cobra.ExactArgs(1),
	}
	command.Flags().StringVar(&slug, "slug", "", "another slug than it had, and so another hostname, where another project has that one by now")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		deleted, err := deletedProjectNamed(ctx, api, args[0])
		if err != nil {
			return err
		}

		answer, err := checked(api.RestoreProjectWithResponse(ctx, deleted.ID, client.RestoreProjectInputBody{Slug: optional(slug)}))
		if err != nil {
			return err
		}

		return a.print(answer.JSON200, func(w io.Writer) { printRestored(w, answer.JSON200) })
	})

	return command
}

func printRestored(w io.Writer, restored *client.RestoredProject) {
	project := restored.Project

	lines := []string{project.Slug + " is back."}

	switch {
	case len(restored.Deployments) == 0:
		lines = append(lines, "Nothing was live when it was deleted. Deploy it: zeitwork deploy --project "+project.Slug)
	default:
		lines = append(lines, fmt.Sprintf("What was live is deployed again; it answers on %s as soon as it is healthy. Watch it: zeitwork status --project %s",
			project.URL, project.Slug))
	}

	if built := lo.CountBy(restored.Deployments, func(d client.RestoredDeployment) bool { return d.Builds }); built > 0 {
		lines = append(lines, fmt.Sprintf("The image of %d of %d deployments is not kept, so that the commit is built again.", built, len(restored.Deployments)))
	}

	if len(restored.LostDomains) > 0 {
		lines = append(lines, fmt.Sprintf("Another project has proven %s meanwhile. To have it back here, prove it again: zeitwork domains --project %s",
			strings.Join(restored.LostDomains, ", "), project.Slug))
	}

	_, _ = fmt.Fprintln(w, strings.Join(lines, "\n"))
}

// deletedProjectNamed returns the deleted project with that slug or id, which can be restored.
func deletedProjectNamed(ctx context.Context, api *API, named string) (*client.DeletedProject, error) {
	slug := named

	wanted, err := uuid.Parse(named)
	if err == nil {
		slug = ""
	}

	found, err := deletedProjects(ctx, api, slug)
	if err != nil {
		return nil, err
	}

	if wanted != uuid.Nil {
		found = lo.Filter(found, func(p client.DeletedProject, _ int) bool { return p.ID == wanted })
	}

	switch len(found) {
	case 0:
		return nil, UsageError(fmt.Errorf("there is no deleted project %q that can be restored: `zeitwork projects deleted` lists those that can", named))
	case 1:
		return &found[0], nil
	default:
		several := lo.Map(found, func(p client.DeletedProject, _ int) string {
			return fmt.Sprintf("%s (deleted %s)", p.ID, ago(p.DeletedAt))
		})

		return nil, UsageError(fmt.Errorf("several deleted projects had the slug %s; name one by its id: %s", named, strings.Join(several, ", ")))
	}
}

// deletedProjects returns the deleted projects that can be restored: all of them, or those that had the slug.
func deletedProjects(ctx context.Context, api *API, slug string) ([]client.DeletedProject, error) {
	return collect(func(cursor *string) ([]client.DeletedProject, *string, error) {
		page, err := checked(api.ListDeletedProjectsWithResponse(ctx, &client.ListDeletedProjectsParams{
			Cursor: cursor, Limit: new(pageSize), Slug: optional(slug),
		}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}
