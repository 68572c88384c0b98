package main

import "github.com/spf13/cobra"

// edgeCommand has what concerns the machine itself that is an edge, or is to be one. `zeitwork edges` asks the API about all of them.
func edgeCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "edge",
		Short: "Make this machine an edge, or take it out",
		Args:  cobra.NoArgs,
	}
	command.AddCommand(edgeJoinCommand(), edgeLeaveCommand())

	return command
}
