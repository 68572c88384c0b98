package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/zeitwork/zeitwork/client"
)

// projectOfLink returns the project that a link file names.
func projectOfLink(ctx context.Context, api *API, l link, path string) (*client.Project, error) {
	project, err := projectBySlug(ctx, api, l.Project)
	if ExitCode(err) == ExitUsage {
		return nil, UsageError(fmt.Errorf("%s names the project %q, which is not on this platform, or which you may not see: "+
			"`zeitwork link SLUG` names another one, `zeitwork contexts` lists your platforms", path, l.Project))
	}

	if err != nil || l.Organisation == "" {
		return project, err
	}

	owner, err := organisationSlug(ctx, api, project.OrganisationID)
	if err != nil || owner == l.Organisation {
		return project, err
	}

	renamed, err := organisationsOnceNamed(ctx, api, l.Organisation)
	if err == nil && !slices.ContainsFunc(renamed, func(o client.Organisation) bool { return o.ID == project.OrganisationID }) {
		err = UsageError(fmt.Errorf("%s names the project %s of the organisation %s, but it is one of %s now: `zeitwork link %s` if that is right",
			path, l.Project, l.Organisation, owner, l.Project))
	}

	return project, err
}

func projectBySlug(ctx context.Context, api *API, slug string) (*client.Project, error) {
	page, err := checked(api.ListProjectsWithResponse(ctx, &client.ListProjectsParams{Slug: &slug}))
	if err != nil {
		return nil, err
	}

	if len(page.JSON200.Items) == 0 {
		return nil, UsageError(fmt.Errorf("there is no project %q: `zeitwork projects` lists those that you may see, and `zeitwork projects deleted` those that "+
			"can be restored", slug))
	}

	return &page.JSON200.Items[0], nil
}

func allProjects(ctx context.Context, api *API) ([]client.Project, error) {
	return collect(func(cursor *string) ([]client.Project, *string, error) {
		page, err := checked(api.ListProjectsWithResponse(ctx, &client.ListProjectsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
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
