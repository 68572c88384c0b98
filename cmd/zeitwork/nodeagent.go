package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog/program"
)

// nodeagentConfig is the configuration of `zeitwork nodeagent`.
type nodeagentConfig struct {
	ServiceConfig

	Node nodeagent.Config
}

func nodeagentCommand() *cobra.Command {
	command := serviceCommand("nodeagent", "Run the VMs that are assigned to this machine",
		func(ctx context.Context, config nodeagentConfig, parts parts) error {
			config.Node.LogProgram = logProgram(ctx, config.Node, parts.logger)

			agent, err := nodeagent.New(config.Node, parts.logger)
			if err != nil {
				return err
			}

			return agent.Run(ctx)
		})
	command.AddCommand(removeVMsCommand())

	return command
}

// logProgram returns the path of a small program for the log process of each VM. It is empty where that is to be this binary, which does the same and takes ten
// times the memory.
func logProgram(ctx context.Context, config nodeagent.Config, logger *slog.Logger) string {
	path, err := program.Install(ctx, filepath.Join(config.DataDir, "bin"))
	if err != nil {
		logger.WarnContext(ctx, "the log process of each VM takes ten times the memory that it could", logging.Error(err))
	}

	return path
}

// removeVMsCommand takes every VM off a machine. The local platform runs it after its agents have ended.
func removeVMsCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "remove-vms RANGE",
		Short:  "Take every VM off this machine, after its agent has ended; RANGE is the cluster's range of addresses",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			clusterRange, err := netip.ParsePrefix(args[0])
			if err != nil {
				return cli.UsageError(fmt.Errorf("%q is not a range of addresses: %w", args[0], err))
			}

			config, err := configuration[nodeagentConfig]()
			if err != nil {
				return err
			}

			return nodeagent.RemoveVMs(command.Context(), config.Node, clusterRange)
		},
	}
}
