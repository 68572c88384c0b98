package main

import (
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/local/cluster"
)

// services are the services of a platform, and what prepares them.
func services() []*cobra.Command {
	return []*cobra.Command{apiCommand(), workerCommand(), builderCommand(), nodeagentCommand(), edgeproxyCommand(), migrateCommand(), baseImagesCommand()}
}

// operatorCommands are the commands with which operators run the platform.
func operatorCommands() []*cobra.Command {
	services := services()

	// The local platform finds its services by this flag in the list of processes.
	for _, service := range services {
		name := cluster.InstanceFlag[len("--"):]
		service.Flags().String(name, "", "marks the process as one of a local platform")
		_ = service.Flags().MarkHidden(name)
	}

	return append(services, adminCommand(), vmLoggerCommand(), conformanceAppCommand())
}
