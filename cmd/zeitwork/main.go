// Command zeitwork is the whole platform in one binary: the services, the local platform, and the command line for users.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])

	stop()
	os.Exit(code)
}

// run runs the command that the arguments name and returns its exit code.
func run(ctx context.Context, arguments []string) int {
	understood := false

	root := rootCommand() //nolint:contextcheck // Commands get it when they run.
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	root.SetArgs(arguments)

	err := root.ExecuteContext(ctx)
	if err != nil && !understood {
		err = cli.UsageError(fmt.Errorf("%w; `zeitwork help` lists the commands", err))
	}

	if err != nil && !errors.Is(err, errSilent) {
		fmt.Fprintln(os.Stderr, "Error: "+strings.TrimSuffix(err.Error(), "\n"))
	}

	return cli.ExitCode(err)
}

// errSilent ends a command that has already said what is wrong.
var errSilent = errors.New("already said")

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "zeitwork",
		Short:         "From a git push to a URL",
		Long:          "Zeitwork turns a git repository into a URL that answers.\n\n" + cli.ExitCodes,
		SilenceErrors: true,
		SilenceUsage:  true,
	}

	root.AddGroup(
		&cobra.Group{ID: "user", Title: "For users:"},
		&cobra.Group{ID: "operator", Title: "For operators:"},
	)
	root.SetHelpCommand(helpCommand(root))

	for _, command := range cli.Commands(cli.Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: env.ToMap(os.Environ())}) {
		command.GroupID = "user"
		root.AddCommand(command)
	}

	for _, command := range operatorCommands() {
		command.GroupID = "operator"
		root.AddCommand(command)
	}

	root.AddCommand(versionCommand())

	return root
}
