package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/edgeproxy/service"
)

const edgeLeaveHelp = `Take the edge off this machine: the service, its settings and token, its key and routes, and its binary, where no node is on the machine
that has the same. Requests that are under way have their time to end.

Take the machine out of the load balancer or of DNS before: afterwards nothing answers on its ports. The platform waits for no lost edge; it knows this one
until ` + "`zeitwork edges delete NAME`" + `.`

func edgeLeaveCommand() *cobra.Command {
	edge := edgeToJoin()

	return &cobra.Command{
		Use: "leave", Short: "Take the edge off this machine", Long: edgeLeaveHelp, Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !edge.service.IsInstalled() {
				_, _ = fmt.Fprintln(os.Stderr, "This machine is no edge.")

				return nil
			}

			config, err := edge.installed()
			if err != nil {
				return err
			}

			return service.Leave(command.Context(), config.Edge.DataDir, sayStep)
		},
	}
}
