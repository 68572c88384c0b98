package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/builder"
)

// builderConfig is the configuration of `zeitwork builder`.
type builderConfig struct {
	ServiceConfig

	Builder builder.Config
}

func builderCommand() *cobra.Command {
	return serviceCommand("builder", "Run buildkitd for the workers, and fence what it builds",
		func(ctx context.Context, config builderConfig, parts parts) error {
			service, err := builder.New(config.Builder, parts.logger)
			if err != nil {
				return err
			}

			return service.Run(ctx)
		})
}
