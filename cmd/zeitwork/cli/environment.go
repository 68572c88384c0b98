package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) environmentCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "env",
		Short: "A project's environment variables, which the next deployment sees",
		Args:  cobra.NoArgs,
		RunE:  a.run(a.listEnvironment),
	}
	command.AddCommand(
		listing("List the names; values can be written and never read", a.run(a.listEnvironment)),
		a.setEnvironmentCommand(),
		&cobra.Command{Use: "unset NAME...", Short: "Delete variables", Args: cobra.MinimumNArgs(1), RunE: a.run(a.unsetEnvironment)},
	)

	return a.projectFlag(command)
}

func (a *app) listEnvironment(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	variables, err := checked(api.ListEnvironmentVariablesWithResponse(ctx, project.ID))
	if err != nil {
		return err
	}

	return a.print(variables.JSON200, func(w io.Writer) {
		t := newTable(w, "NAME", "WRITTEN")
		for _, variable := range variables.JSON200.Items {
			t.row(variable.Name, ago(variable.UpdatedAt))
		}

		t.flush()
	})
}

func (a *app) setEnvironmentCommand() *cobra.Command {
	var file string

	command := &cobra.Command{
		Use:   "set NAME | NAME=VALUE",
		Short: "Write a variable; its value is read from standard input",
		Long: `Write a variable. Its value is asked for, or read from standard input (without its last newline) or from --file (as it is).

NAME=VALUE works too. WARNING: the value then stands in the list of processes and in your shell's history, where others may
read it. Don't do that with a secret.`,
		Example: "  zeitwork env set DATABASE_URL < url.txt\n  zeitwork env set CERTIFICATE --file server.pem\n  zeitwork env set LOG_LEVEL=debug",
		Args:    cobra.ExactArgs(1),
	}
	command.Flags().StringVar(&file, "file", "", "read the value from this file")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		name, content, err := a.readVariable(args[0], file)
		if err != nil {
			return err
		}

		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		written, err := checked(api.SetEnvironmentVariableWithResponse(ctx, project.ID, name, client.SetEnvironmentVariableInputBody{Value: content}))
		if err != nil {
			return err
		}

		return a.print(written.JSON200, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "Wrote %s of %s. The next deployment sees it.\n", name, project.Slug)
		})
	})

	return command
}

// readVariable returns the name and the value of an argument: NAME=VALUE, or NAME with the value from file or standard input.
func (a *app) readVariable(argument, file string) (string, string, error) {
	name, inline, found := strings.Cut(argument, "=")
	if found {
		return name, inline, nil
	}

	if file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", "", UsageError(fmt.Errorf("read the value of %s: %w", name, err))
		}

		return name, string(content), nil
	}

	content, err := a.readSecret(name + ": ")

	return name, strings.TrimSuffix(content, "\n"), err
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
