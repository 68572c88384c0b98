package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) readVariableCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "get NAME",
		Short: "Print a value, where the project allows that",
		Long: "Print the value of a variable as it is. Owners can, in a project whose values are readable (see `zeitwork env access`); the audit log\n" +
			"has each reading.",
		Example: "  zeitwork env get DATABASE_URL\n  zeitwork env get LOG_LEVEL -e preview",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: each(a.completeVariables), RunE: a.run(a.readVariable),
	}
}

func (a *app) readVariable(ctx context.Context, api *API, names []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	scope, err := a.scope()
	if err != nil {
		return err
	}

	read, err := checked(api.ReadEnvironmentVariableWithResponse(ctx, project.ID, names[0], &client.ReadEnvironmentVariableParams{
		Scope: new(client.ReadEnvironmentVariableParamsScope(scope)),
	}))
	if err != nil {
		return err
	}

	_, err = fmt.Fprintln(a.Out, read.JSON200.Value)

	return err
}

func (a *app) variableAccessCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "access readable|write-only",
		Short: "Say whether owners can read values",
		Long: "Say whether owners can read the values of the project's variables, those that are there already too. At first values can be written\n" +
			"and never read.",
		Example: "  zeitwork env access readable\n  zeitwork env access write-only",
		Args:    cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: []cobra.Completion{accessReadable, accessWriteOnly},
		RunE: a.run(a.setVariableAccess),
	}
}

const (
	accessReadable  = "readable"
	accessWriteOnly = "write-only"
)

func (a *app) setVariableAccess(ctx context.Context, api *API, arguments []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	readable := arguments[0] == accessReadable
	if _, err := checked(api.SetVariableAccessWithResponse(ctx, project.ID, client.SetVariableAccessInputBody{Readable: readable})); err != nil {
		return err
	}

	if readable {
		a.sayf("Owners can read the values of %s now; the audit log has each reading.", project.Slug)
	} else {
		a.sayf("The values of %s can be written and not read.", project.Slug)
	}

	return nil
}
