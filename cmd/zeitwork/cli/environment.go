package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) environmentCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "env",
		Short:   "A project's environment variables, which the next deployment sees",
		Example: "  zeitwork env\n  zeitwork env set DATABASE_URL < url.txt\n  zeitwork env import .env\n  zeitwork env unset LOG_LEVEL",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listEnvironment),
	}
	command.AddCommand(
		listing("List the names; values can be written and never read", "  zeitwork env list", a.run(a.listEnvironment)),
		a.setEnvironmentCommand(),
		a.importEnvironmentCommand(),
		&cobra.Command{
			Use: "unset NAME...", Short: "Delete variables", Example: "  zeitwork env unset LOG_LEVEL SENTRY_DSN",
			Args: cobra.MinimumNArgs(1), ValidArgsFunction: each(a.completeVariables), RunE: a.run(a.unsetEnvironment),
		},
	)

	return a.projectFlag(command)
}

func (a *app) variables(ctx context.Context, api *API) ([]client.EnvironmentVariable, error) {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return nil, err
	}

	return collect(func(cursor *string) ([]client.EnvironmentVariable, *string, error) {
		page, err := checked(api.ListEnvironmentVariablesWithResponse(ctx, project.ID, &client.ListEnvironmentVariablesParams{
			Cursor: cursor, Limit: new(pageSize),
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
		t := newTable(w, "NAME", "WRITTEN")
		for _, variable := range variables {
			t.row(variable.Name, ago(variable.UpdatedAt))
		}

		t.flush()
	})
}

func (a *app) unsetEnvironment(ctx context.Context, api *API, names []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	for _, name := range names {
		if _, err := checked(api.DeleteEnvironmentVariableWithResponse(ctx, project.ID, name)); err != nil {
			return err
		}

		a.sayf("Deleted %s of %s.", name, project.Slug)
	}

	return nil
}
