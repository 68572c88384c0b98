package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) setEnvironmentCommand() *cobra.Command {
	var file string

	command := &cobra.Command{
		Use:   "set NAME | NAME=VALUE...",
		Short: "Write variables; the value of a single NAME is read from standard input",
		Long: `Write variables. The value of a single NAME is asked for, or read from standard input (without its last
newline) or from --file (as it is).

NAME=VALUE works too, for several variables at once. WARNING: the values then stand in the list of
processes and in your shell's history, where others may read them. Don't do that with a secret.`,
		Example: "  zeitwork env set DATABASE_URL < url.txt\n  zeitwork env set CERTIFICATE --file server.pem\n  zeitwork env set LOG_LEVEL=debug WORKERS=2",
		Args:    cobra.MinimumNArgs(1),
	}
	command.ValidArgsFunction = first(a.completeVariables)
	command.Flags().StringVar(&file, "file", "", "read the value from this file")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		// Before anybody types a value.
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		variables, err := a.readVariables(ctx, args, file)
		if err != nil {
			return err
		}

		return a.writeVariables(ctx, api, project, variables)
	})

	return command
}

// readVariables returns the variables that arguments name: each NAME=VALUE, or one NAME with the value from file or standard input.
func (a *app) readVariables(ctx context.Context, args []string, file string) ([]variable, error) {
	if len(args) == 1 && !strings.Contains(args[0], "=") {
		if err := checkVariables([]variable{{name: args[0]}}); err != nil {
			return nil, err
		}

		content, err := a.readValue(ctx, args[0], file)

		return []variable{{args[0], content}}, err
	}

	if file != "" {
		return nil, UsageError(errors.New("--file holds the value of one variable: give its NAME alone"))
	}

	variables := make([]variable, 0, len(args))

	for _, argument := range args {
		name, content, found := strings.Cut(argument, "=")
		if !found {
			return nil, UsageError(fmt.Errorf("%q has no value: give NAME=VALUE for each of several variables, or one NAME alone", argument))
		}

		variables = append(variables, variable{name, content})
	}

	return variables, nil
}

func (a *app) readValue(ctx context.Context, name, file string) (string, error) {
	if file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", UsageError(fmt.Errorf("read the value of %s: %w", name, err))
		}

		return string(content), nil
	}

	content, err := a.readSecret(ctx, name+": ")

	return strings.TrimSuffix(content, "\n"), err
}
