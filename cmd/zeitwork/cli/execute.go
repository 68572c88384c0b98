package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// Execute runs the command that the arguments name. An error from before the command began, as of a flag that is unknown or missing, is one of
// usage.
func Execute(ctx context.Context, root *cobra.Command, arguments []string) error {
	begun := false
	noteBeginning(root, &begun)
	root.SetArgs(arguments)

	command, err := root.ExecuteContextC(ctx)
	if err == nil || begun {
		return err
	}

	if command == root {
		return UsageError(fmt.Errorf("%w; `%s help` lists the commands", err, root.Name()))
	}

	return UsageError(fmt.Errorf("%w; `%s --help` explains the command", err, command.CommandPath()))
}

// noteBeginning has every command set begun when it begins.
func noteBeginning(command *cobra.Command, begun *bool) {
	if run := command.RunE; run != nil {
		command.RunE = func(command *cobra.Command, args []string) error {
			*begun = true

			return run(command, args)
		}
	}

	for _, below := range command.Commands() {
		noteBeginning(below, begun)
	}
}
