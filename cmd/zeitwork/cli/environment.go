package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) environmentCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "env",
		Short: "A project's environment variables, which the next deployment sees",
		Long: "A project's environment variables, which the next deployment sees. They are for all environments, unless -e says production\n" +
			"or preview: a value for one of these wins over one for all.",
		Example: "  zeitwork env\n  zeitwork env set DATABASE_URL < url.txt\n  zeitwork env import .env\n" +
			"  zeitwork env set LOG_LEVEL=debug -e preview\n  zeitwork env unset LOG_LEVEL",
		Args: cobra.NoArgs,
		RunE: a.run(a.listEnvironment),
	}
	command.AddCommand(
		listing("List the names", "  zeitwork env list", a.run(a.listEnvironment)),
		a.setEnvironmentCommand(),
		a.readVariableCommand(),
		a.variableAccessCommand(),
		a.importEnvironmentCommand(),
		&cobra.Command{
			Use: "unset NAME...", Short: "Delete variables", Example: "  zeitwork env unset LOG_LEVEL SENTRY_DSN",
			Args: cobra.MinimumNArgs(1), ValidArgsFunction: each(a.completeVariables), RunE: a.run(a.unsetEnvironment),
		},
	)

	command.PersistentFlags().StringVarP(&a.environmentSlug, "environment", "e", "", "the environments: all, production or preview (default: all)")
	a.completeFlag(command, "environment", func(context.Context) ([]cobra.Completion, error) { return scopes(), nil })

	return a.projectFlag(command)
}

// scopes are the environments that a variable may be for.
func scopes() []cobra.Completion { return []cobra.Completion{scopeAll, productionSlug, "preview"} }

const scopeAll = "all"

// scope returns the environments that --environment names: all where it is not given.
func (a *app) scope() (string, error) {
	scope := cmp.Or(a.environmentSlug, scopeAll)
	if !slices.Contains(scopes(), scope) {
		return "", UsageError(fmt.Errorf("--environment is all, production or preview for variables, and not %q: a preview gets those of all previews", scope))
	}

	return scope, nil
}

func (a *app) variables(ctx context.Context, api *API) ([]client.EnvironmentVariable, error) {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return nil, err
	}

	scope, err := a.scope()
	if err != nil {
		return nil, err
	}

	// Without the flag those of all scopes are listed.
	var only *client.ListEnvironmentVariablesParamsScope
	if a.environmentSlug != "" {
		only = new(client.ListEnvironmentVariablesParamsScope(scope))
	}

	return collect(func(cursor *string) ([]client.EnvironmentVariable, *string, error) {
		page, err := checked(api.ListEnvironmentVariablesWithResponse(ctx, project.ID, &client.ListEnvironmentVariablesParams{
			Cursor: cursor, Limit: new(pageSize), Scope: only,
		}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) listEnvironment(ctx context.Context, api *API, _ []string) error {
	variables, err := a.variables(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(variables), func(w io.Writer) {
		t := newTable(w, "NAME", "ENVIRONMENTS", "WRITTEN")
		for _, variable := range variables {
			t.row(variable.Name, string(variable.Scope), ago(variable.UpdatedAt))
		}

		t.flush()
	})
}

func (a *app) unsetEnvironment(ctx context.Context, api *API, names []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	scope, err := a.scope()
	if err != nil {
		return err
	}

	for _, name := range names {
		if _, err := checked(api.DeleteEnvironmentVariableWithResponse(ctx, project.ID, name, &client.DeleteEnvironmentVariableParams{
			Scope: new(client.DeleteEnvironmentVariableParamsScope(scope)),
		})); err != nil {
			return err
		}

		a.sayf("Deleted %s of %s.", name, project.Slug)
	}

	return nil
}
