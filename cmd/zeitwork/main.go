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
	"github.com/zeitwork/zeitwork/internal/visible"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	code := run(ctx, os.Args[1:])

	stop()
	os.Exit(code)
}

// endingSignals are those that have a command end in order. A terminal that is closed is one, unless nohup has the command outlive it.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}

	return signals
}

// run runs the command that the arguments name and returns its exit code.
func run(ctx context.Context, arguments []string) int {
	err := cli.Execute(ctx, rootCommand(), arguments) //nolint:contextcheck // Commands get it when they run.
	if err != nil && !errors.Is(err, errSilent) {
		fmt.Fprintln(os.Stderr, "Error: "+visible.Text(strings.TrimSuffix(err.Error(), "\n")))
	}

	return cli.ExitCode(err)
}

// errSilent ends a command that has already said what is wrong.
var errSilent = errors.New("already said")

const rootHelp = `Zeitwork turns a git repository into a URL that answers.

zeitwork help COMMAND explains a command. There is also help on
  exit-codes   how commands end
  config       every environment variable
  services     the services of a platform, to be run by operators`

func rootCommand() *cobra.Command {
	cobra.EnableCommandSorting = false // The help has what one needs first first.

	root := &cobra.Command{
		Use:           "zeitwork",
		Short:         "From a git push to a URL",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
	}

	root.AddGroup(cli.Groups()...)
	root.SetHelpCommand(helpCommand(root))

	root.AddCommand(cli.Commands(terminal())...)

	for _, command := range []*cobra.Command{upCommand(), doctorCommand(), nodeCommand(), edgeCommand(), backupCommand(), restoreCommand()} {
		command.GroupID = cli.GroupOperate
		root.AddCommand(command)
	}

	for _, command := range operatorCommands() {
		command.Hidden = true // `zeitwork help services` lists them.
		root.AddCommand(command)
	}

	root.AddCommand(versionCommand())

	return root
}

// terminal is that of this process.
func terminal() cli.Terminal {
	return cli.Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: env.ToMap(os.Environ())}
}
