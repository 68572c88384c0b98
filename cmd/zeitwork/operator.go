package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/local/cluster"
)

// operatorCommands are the commands with which operators run the platform.
func operatorCommands() []*cobra.Command {
	services := []*cobra.Command{apiCommand(), workerCommand(), nodeagentCommand(), edgeproxyCommand()}

	// The local platform finds its services by this flag in the list of processes.
	for _, service := range services {
		name := cluster.InstanceFlag[len("--"):]
		service.Flags().String(name, "", "marks the process as one of a local platform")
		_ = service.Flags().MarkHidden(name)
	}

	return slices.Concat([]*cobra.Command{upCommand(), doctorCommand()}, services,
		[]*cobra.Command{migrateCommand(), baseImagesCommand(), adminCommand(), vmLoggerCommand()})
}
