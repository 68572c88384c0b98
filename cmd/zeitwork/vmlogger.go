package main

import (
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// vmLoggerCommand is the command that containerd's shims start for each VM.
func vmLoggerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    vmlog.Command + " FOLDER",
		Short:  "Keep the log of one VM (started by containerd)",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		Run:    func(_ *cobra.Command, args []string) { vmlog.Run(args[0]) },
	}
}
