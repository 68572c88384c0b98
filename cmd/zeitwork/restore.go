package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/database/backup"
)

func restoreCommand() *cobra.Command {
	var (
		given     backupFlags
		recovered bool
	)

	command := &cobra.Command{
		Use:   "restore",
		Short: "Restore the platform's database from a backup into an empty one",
		Long: `Restore the platform's database from a backup into an empty one, which ZEITWORK_DATABASE_URL names, while no API and no worker runs.

All of it is restored or nothing. docs/OPERATIONS.md says what nodes and edges do then, and what was changed after the backup.`,
		Example: `  zeitwork restore --from s3://backups/zeitwork --identity backup.key
  zeitwork restore --from /var/backups/zeitwork --identity backup.key --at 2026-11-30T12:00:00Z`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[backupConfig]()
			if err != nil {
				return err
			}

			if recovered {
				return useRecovered(command.Context(), config, command.OutOrStdout())
			}

			return restore(command.Context(), config, given, command.OutOrStdout())
		},
	}

	flags := command.Flags()
	flags.StringVar(&given.to, "from", "", "folder, or s3://BUCKET/PREFIX (ZEITWORK_BACKUP_TARGET)")
	flags.StringVar(&given.at, "at", "", "the newest backup that is not newer than this time, or the one of this name, in the place of the newest")
	flags.BoolVar(&recovered, "recovered", false, "restore nothing: have nodes and edges go by a database that Postgres' own tools have recovered")
	flags.StringVar(&given.identity, "identity", "", "file with the private key (ZEITWORK_BACKUP_IDENTITY)")

	return command
}

// startAgain ends what both ways of restoring say.
const startAgain = `First stop every edge that was made since the database's moment, whose token was rotated since, or that cannot reach the API: it would serve
by its old routes, and send visitors to VMs of other customers. Then start the API, then the workers. Nodes say which VMs they run, edges get the routes to
these, and nodes then start and stop VMs as the database says.
`

func useRecovered(ctx context.Context, config backupConfig, out io.Writer) error {
	if err := backup.Recovered(ctx, config.source()); err != nil {
		return err
	}

	_, _ = fmt.Fprint(out, "The database is ready. ", startAgain)

	return nil
}

func restore(ctx context.Context, config backupConfig, given backupFlags, out io.Writer) error {
	restored, err := backup.Restore(ctx, config.source(), given.over(config.Backup), given.at)
	if err != nil {
		return err
	}

	_, _ = fmt.Fprintf(out, `%s is restored, in %s: the database as it was at %s, %s ago.

What was done after %[3]s is forgotten: deployments (pushes are deployed again where projects deploy them by themselves), variables, domains, nodes
and edges. Tokens that were revoked since are valid again: revoke them. Everybody signs in again.

`+startAgain,
		restored.Name, restored.Took.Round(time.Millisecond), restored.SnapshotAt.Format(time.RFC3339), time.Since(restored.SnapshotAt).Round(time.Second))

	return nil
}
