package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/samber/lo"
	"github.com/spf13/cobra"
)

func (a *app) importEnvironmentCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "import FILE",
		Short: "Write all variables of a .env file; - is standard input",
		Long: `Write all variables of a .env file, of which each line is NAME=VALUE. Values may be in quotes, and then
have several lines; # begins a comment, and references such as $NAME are kept as they stand. Variables
that the file does not name stay as they are.

PORT is left out: the platform sets it.`,
		Example: "  zeitwork env import .env\n  vault read-env app | zeitwork env import -",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: files,
	}

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		variables, err := a.readDotenv(ctx, args[0])
		if err != nil {
			return err
		}

		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		return a.writeVariables(ctx, api, project, variables)
	})

	return command
}

func (a *app) readDotenv(ctx context.Context, file string) ([]variable, error) {
	var (
		content []byte
		err     error
	)

	if file == "-" {
		content, err = untilInterrupted(ctx, func() ([]byte, error) { return io.ReadAll(a.In) })
	} else if content, err = os.ReadFile(file); err != nil {
		err = UsageError(fmt.Errorf("read the variables: %w", err))
	}

	if err != nil {
		return nil, err
	}

	variables, err := parseDotenv(string(content))
	if err != nil {
		return nil, UsageError(fmt.Errorf("%s: %w. Nothing was written", file, err))
	}

	kept := lo.Reject(variables, func(v variable, _ int) bool { return v.name == "PORT" })
	if len(kept) < len(variables) {
		a.sayf("PORT is left out: the platform sets it.")
	}

	if len(kept) == 0 {
		return nil, UsageError(fmt.Errorf("%s holds no variables", file))
	}

	return kept, nil
}
