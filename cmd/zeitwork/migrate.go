package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/database"
)

// migrateConfig is the configuration of `zeitwork migrate`.
type migrateConfig struct {
	ServiceConfig

	Database database.Config
}

func migrateCommand() *cobra.Command {
	var additive bool

	command := serviceCommand("migrate", "Bring the database's schema up to date",
		func(ctx context.Context, config migrateConfig, parts parts) error {
			pool, err := database.Open(ctx, config.Database)
			if err != nil {
				return err
			}
			defer pool.Close()

			migrate := database.Migrate
			if additive {
				migrate = database.MigrateAdditively
			}

			if err := migrate(ctx, pool); err != nil {
				return err
			}

			parts.logger.InfoContext(ctx, "the schema is up to date")

			return nil
		})
	command.Flags().BoolVar(&additive, "additive", false, "change nothing where the version before, which still runs, could not live with it")

	return command
}
