package cli

import (
	"context"
	"fmt"

	"github.com/zeitwork/zeitwork/client"
)

const pageSize int64 = 200

// currentProject returns the project of --project, else the project that deploys the working directory.
func (a *app) currentProject(ctx context.Context, api *API) (*client.Project, error) {
	if a.project != "" {
		return projectBySlug(ctx, api, a.project)
	}

	tree, err := openWorktree(ctx, ".")
	if err != nil {
		return nil, err
	}

	project, err := projectOf(ctx, api, tree)
	if err != nil {
		return nil, err
	}

	if project == nil {
		return nil, UsageError(fmt.Errorf("no project has the repository %s: run `zeitwork deploy`, or name a project with --project", tree.URL))
	}

	return project, nil
}

func projectBySlug(ctx context.Context, api *API, slug string) (*client.Project, error) {
	page, err := checked(api.ListProjectsWithResponse(ctx, &client.ListProjectsParams{Slug: &slug}))
	if err != nil {
		return nil, err
	}

	if len(page.JSON200.Items) == 0 {
		return nil, fmt.Errorf("there is no project %q: `zeitwork projects list` shows those that you may see", slug)
	}

	return &page.JSON200.Items[0], nil
}

// projectOf returns the project that deploys tree, or nil.
func projectOf(ctx context.Context, api *API, tree worktree) (*client.Project, error) {
	projects, err := allProjects(ctx, api)
	if err != nil {
		return nil, err
	}

	for _, project := range projects {
		if project.RepositoryURL == tree.URL && value(project.RootDirectory) == tree.Place {
			return &project, nil
		}
	}

	return nil, nil //nolint:nilnil // The caller handles the absence.
}

func allProjects(ctx context.Context, api *API) ([]client.Project, error) {
	var (
		projects []client.Project
		cursor   *string
	)

	for {
		page, err := checked(api.ListProjectsWithResponse(ctx, &client.ListProjectsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, err
		}

		projects = append(projects, page.JSON200.Items...)

		if cursor = page.JSON200.NextCursor; value(cursor) == "" {
			return projects, nil
		}
	}
}

// value returns the value of an optional field, or the zero value.
func value[T any](pointer *T) T {
	if pointer == nil {
		var zero T

		return zero
	}

	return *pointer
}

// optional returns nil for the zero value, so that a request leaves the field out.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}

	return &v
}
