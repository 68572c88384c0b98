package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// productionSlug is the slug of the environment that every project has. Its id is the project's.
const productionSlug = "production"

// environmentFlag adds the flag --environment to a command.
func (a *app) environmentFlag(command *cobra.Command, usage string) *cobra.Command {
	command.PersistentFlags().StringVarP(&a.environmentSlug, "environment", "e", "", usage)
	a.completeFlag(command, "environment", a.completeEnvironments)

	return command
}

// chosenEnvironment returns the environment of a project that --environment names; nil where the flag is not given.
func (a *app) chosenEnvironment(ctx context.Context, api *API, project *client.Project) (*client.Environment, error) {
	if a.environmentSlug == "" {
		return nil, nil //nolint:nilnil // No flag is no error.
	}

	return environmentBySlug(ctx, api, project, a.environmentSlug)
}

// currentEnvironment returns the current project, and of it the environment that --environment names, or production.
func (a *app) currentEnvironment(ctx context.Context, api *API) (*client.Project, *client.Environment, error) {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return nil, nil, err
	}

	environment, err := a.chosenEnvironment(ctx, api, project)
	if environment == nil && err == nil {
		environment = production(project)
	}

	return project, environment, err
}

// production is what a project tells of its production.
func production(project *client.Project) *client.Environment {
	return &client.Environment{
		ID: project.ID, ProjectID: project.ID, Kind: productionSlug, Slug: productionSlug, Branch: value(project.Branch), URL: project.URL,
		LiveDeploymentID: project.LiveDeploymentID, PinnedBy: project.PinnedBy, HeldDeploymentID: project.HeldDeploymentID, CreatedAt: project.CreatedAt,
	}
}

// environmentID returns the id of an environment for a filter; nil for none.
func environmentID(environment *client.Environment) *uuid.UUID {
	if environment == nil {
		return nil
	}

	return &environment.ID
}

func environmentBySlug(ctx context.Context, api *API, project *client.Project, slug string) (*client.Environment, error) {
	page, err := checked(api.ListEnvironmentsWithResponse(ctx, project.ID, &client.ListEnvironmentsParams{Slug: &slug}))
	if err != nil {
		return nil, err
	}

	if len(page.JSON200.Items) == 1 {
		return &page.JSON200.Items[0], nil
	}

	all, err := environments(ctx, api, project)
	if err != nil {
		return nil, err
	}

	slugs := lo.Map(all, func(e client.Environment, _ int) string { return e.Slug })

	return nil, UsageError(fmt.Errorf("%s has no environment %q: there is %s", project.Slug, slug, strings.Join(slugs, ", ")))
}

func environments(ctx context.Context, api *API, project *client.Project) ([]client.Environment, error) {
	return collect(func(cursor *string) ([]client.Environment, *string, error) {
		page, err := checked(api.ListEnvironmentsWithResponse(ctx, project.ID, &client.ListEnvironmentsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) completeEnvironments(ctx context.Context) ([]cobra.Completion, error) {
	return a.completeEnvironmentsWhere(func(client.Environment) bool { return true })(ctx)
}

// completeEnvironmentsWhere lists the environments of the project that wanted accepts.
func (a *app) completeEnvironmentsWhere(wanted func(client.Environment) bool) completer {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return nil, err
		}

		all, err := environments(ctx, api, project)

		return lo.FilterMap(all, func(e client.Environment, _ int) (cobra.Completion, bool) {
			return cobra.CompletionWithDesc(e.Slug, e.Branch), wanted(e)
		}), err
	})
}

func isPreview(environment client.Environment) bool { return environment.Slug != productionSlug }
