package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/service"
)

const leaveHelp = `Take the node off this machine: the service, its settings and token, its binary, its data, its VMs, and all that it has made in
containerd, in the packet filter and in the network. Packages and IP forwarding stay as they are, and so does all that is not the node's.

Where VMs run it asks for --stop-vms. To serve on without them, drain the node first: ` + "`zeitwork nodes drain NAME`" + `.
The platform counts the node as lost until ` + "`zeitwork nodes delete NAME`" + `.`

func nodeLeaveCommand() *cobra.Command {
	var stopVMs bool

	node := nodeToJoin()

	command := &cobra.Command{
		Use: "leave", Short: "Take the node off this machine", Long: leaveHelp, Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !node.service.IsInstalled() {
				_, _ = fmt.Fprintln(os.Stderr, "This machine is no node.")

				return nil
			}

			installed, err := node.installed()
			if err != nil {
				return err
			}

			config := installed.Node

			count, err := nodeagent.CountVMs(command.Context(), config)
			if err != nil {
				return err
			}

			if count > 0 && !stopVMs {
				return cli.UsageError(fmt.Errorf("%d VMs are on this machine: drain the node first, or stop them with --stop-vms", count))
			}

			return service.Leave(command.Context(), config, sayStep)
		},
	}
	command.Flags().BoolVar(&stopVMs, "stop-vms", false, "stop the VMs that are on this machine")

	return command
}
