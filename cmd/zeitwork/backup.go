package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/backup"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// backupConfig is the configuration of `zeitwork backup` and `zeitwork restore`.
type backupConfig struct {
	setting.Key

	Database database.Config
	Postgres postgresbin.Config
	Backup   backup.Config
}

func (c backupConfig) source() backup.Source {
	return backup.Source{URL: c.Database.URL, Keys: c.Keys(), Programs: c.Postgres}
}

// verifyConfig is the configuration of `zeitwork backup --verify`, which needs no database.
type verifyConfig struct {
	setting.Key

	Backup backup.Config
}

// backupFlags are the flags of `zeitwork backup`.
type backupFlags struct {
	to, at, identity string
	keep             int
	list, verify     bool
}

// keepAll is --keep where it is not given.
const keepAll = -1

// over lets flags decide where they are given.
func (f backupFlags) over(config backup.Config) backup.Config {
	if f.to != "" {
		config.Target = f.to
	}

	if f.identity != "" {
		config.Identity = f.identity
	}

	return config
}

func backupCommand() *cobra.Command {
	var given backupFlags

	command := &cobra.Command{
		Use:   "backup",
		Short: "Back up the platform's database, encrypted, to a folder or to S3",
		Long: `Back up the platform's database, encrypted, to a folder or to S3, while the platform runs.

ZEITWORK_SECRET_KEY and the private key of the backups are in no backup: keep both elsewhere. Nor are images, which are in the registry.
docs/OPERATIONS.md has a page on backups. ` + "`zeitwork help config`" + ` lists the settings.`,
		Example: `  zeitwork backup keygen > backup.key
  zeitwork backup --to /var/backups/zeitwork --keep 14
  zeitwork backup --to s3://backups/zeitwork --list
  zeitwork backup --verify --identity backup.key`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			switch {
			case given.list && given.verify:
				return cli.UsageError(errors.New("--list and --verify are two commands: give one of them"))
			case given.list:
				return listBackups(command.Context(), given, command.OutOrStdout())
			case given.verify:
				return verifyBackup(command.Context(), given, command.OutOrStdout())
			default:
				config, err := configuration[backupConfig]()
				if err != nil {
					return err
				}

				return makeBackup(command.Context(), config, given, command.OutOrStdout())
			}
		},
	}

	flags := command.Flags()
	flags.StringVar(&given.to, "to", "", "folder, or s3://BUCKET/PREFIX (ZEITWORK_BACKUP_TARGET)")
	flags.IntVar(&given.keep, "keep", keepAll, "delete all backups but that many of the newest, once the new one is there")
	flags.BoolVar(&given.list, "list", false, "list the backups")
	flags.BoolVar(&given.verify, "verify", false, "read the newest backup whole and compare it with its manifest; with --identity also decrypt it")
	flags.StringVar(&given.at, "at", "", "with --verify: the newest backup that is not newer than this time, or the one of this name")
	flags.StringVar(&given.identity, "identity", "", "with --verify: file with the private key (ZEITWORK_BACKUP_IDENTITY)")

	command.AddCommand(backupKeygenCommand())

	return command
}

func backupKeygenCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "keygen",
		Short: "Make the key that opens backups",
		Long: `Make the key that opens backups, and print it as the file that --identity takes. The public key in it is for ZEITWORK_BACKUP_RECIPIENTS.

Keep the file apart from the backups, and from the machine that makes them: without it no backup can be restored.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			private, public, err := backup.NewIdentity()
			if err != nil {
				return err
			}

			_, err = fmt.Fprintf(command.OutOrStdout(), "# ZEITWORK_BACKUP_RECIPIENTS=%s\n%s\n", public, private)

			return err //nolint:wrapcheck // It is the terminal's.
		},
	}
}

func makeBackup(ctx context.Context, config backupConfig, given backupFlags, out io.Writer) error {
	target := given.over(config.Backup)

	made, err := backup.Make(ctx, config.source(), target)
	if err != nil {
		return err
	}

	_, _ = fmt.Fprintf(out, "%s: %s, %s unpacked, in %s. It shows the database as it was at %s.\n", made.Name, size(made.Bytes), size(made.DumpBytes),
		made.Took.Round(time.Millisecond), made.SnapshotAt.Format(time.RFC3339))
	_, _ = fmt.Fprintf(out, "It can be restored with ZEITWORK_SECRET_KEY (fingerprint %s) and its private key alone, "+
		"neither of which is in it: keep both elsewhere.\n",
		made.KeyFingerprint)

	if given.keep == keepAll {
		return nil
	}

	deleted, err := backup.Keep(ctx, config.Keys(), target, given.keep)
	if err != nil {
		return err
	}

	_, _ = fmt.Fprintf(out, "Older backups deleted: %d.\n", deleted)

	return nil
}

func listBackups(ctx context.Context, given backupFlags, out io.Writer) error {
	config, err := configuration[backup.Config]()
	if err != nil {
		return err
	}

	found, err := backup.List(ctx, given.over(config))
	if err != nil {
		return err
	}

	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0) //nolint:mnd // Two spaces between columns.
	_, _ = fmt.Fprintln(table, "NAME\tDATABASE AS OF\tSIZE\tVERSION\tKEY")

	for _, made := range found {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
			made.Name, made.SnapshotAt.Format(time.RFC3339), size(made.Bytes), made.Version, made.KeyFingerprint)
	}

	return table.Flush() //nolint:wrapcheck // It is the terminal's.
}

func verifyBackup(ctx context.Context, given backupFlags, out io.Writer) error {
	config, err := configuration[verifyConfig]()
	if err != nil {
		return err
	}

	target := given.over(config.Backup)

	verified, err := backup.Verify(ctx, config.Keys(), target, given.at)
	if err != nil {
		return err
	}

	how := "and was decrypted and unpacked to its end"
	if target.Identity == "" {
		how = "and was not decrypted, since no private key was given"
	}

	_, _ = fmt.Fprintf(out, "%s is whole (%s), %s.\n", verified.Name, size(verified.Bytes), how)

	return nil
}

func size(bytes int64) string { return units.BytesSize(float64(bytes)) }
