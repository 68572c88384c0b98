package cli

import (
	"context"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// withAPI is a completer that asks the platform.
func (a *app) withAPI(list func(ctx context.Context, api *API) ([]cobra.Completion, error)) completer {
	return func(ctx context.Context) ([]cobra.Completion, error) {
		api, err := a.connect()
		if err != nil {
			return nil, err
		}

		return list(ctx, api)
	}
}

func (a *app) completeProjects(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		projects, err := allProjects(ctx, api)

		return lo.Map(projects, func(p client.Project, _ int) cobra.Completion {
			return cobra.CompletionWithDesc(p.Slug, p.RepositoryURL)
		}), err
	})(ctx)
}

func (a *app) completeOrganisations(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		organisations, err := allOrganisations(ctx, api)

		return lo.Map(organisations, func(o client.Organisation, _ int) cobra.Completion { return cobra.CompletionWithDesc(o.Slug, o.Name) }), err
	})(ctx)
}

// completeDeployments lists the newest deployments that wanted accepts of the environment that --environment names, or of production.
func (a *app) completeDeployments(wanted choice) completer {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		project, environment, err := a.currentEnvironment(ctx, api)
		if err != nil {
			return nil, err
		}

		page, err := checked(api.ListDeploymentsWithResponse(ctx, project.ID, &client.ListDeploymentsParams{EnvironmentID: &environment.ID}))
		if err != nil {
			return nil, err
		}

		return lo.FilterMap(page.JSON200.Items, func(d client.Deployment, _ int) (cobra.Completion, bool) {
			return cobra.CompletionWithDesc(d.ID.String(), summary(d)), wanted(environment, d)
		}), nil
	})
}

func (a *app) completeVariables(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		variables, err := a.variables(ctx, api)
		if err != nil {
			return nil, err
		}

		return lo.Map(variables, func(v client.EnvironmentVariable, _ int) cobra.Completion { return v.Name }), nil
	})(ctx)
}

func (a *app) completeDomains(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		_, domains, err := a.domains(ctx, api)
		if err != nil {
			return nil, err
		}

		return lo.FilterMap(domains, func(d client.Domain, _ int) (cobra.Completion, bool) {
			return d.Hostname, string(d.Kind) == "custom"
		}), nil
	})(ctx)
}

func (a *app) completeTokens(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		tokens, err := allTokens(ctx, api)

		return lo.Map(tokens, func(t client.Token, _ int) cobra.Completion { return cobra.CompletionWithDesc(t.ID.String(), t.Name) }), err
	})(ctx)
}
