package main

import "github.com/spf13/cobra"

// nodeCommand has what concerns the machine itself that is a node, or is to be one. `zeitwork nodes` asks the API about all of them.
func nodeCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "node",
		Short: "Make this machine a node, check whether it may be one, or take it out",
		Args:  cobra.NoArgs,
	}
	command.AddCommand(nodeJoinCommand(), nodeLeaveCommand(), conformanceCommand())

	return command
}
