package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/certificate"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/workflows"
)

// platformCertificate is what `zeitwork admin certificate` was told.
type platformCertificate struct{ hostname, chain, key string }

func adminCertificateCommand() *cobra.Command {
	given := platformCertificate{}

	command := &cobra.Command{
		Use:   "certificate HOSTNAME",
		Short: "Have edges end TLS for names of the platform's own",
		Long: `Have edges end TLS for names of the platform's own, such as *.apps.example.com, which stands for all projects and previews.

Nothing renews the certificate, unless workers have ZEITWORK_ACME_CLOUDFLARE_TOKEN: run the command again with the next one, as from the hook of the program
that orders it.`,
		Example: "  zeitwork admin certificate '*.apps.example.com' --certificate chain.pem --key key.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			config, err := configuration[keysConfig]()
			if err != nil {
				return err
			}

			given.hostname = strings.ToLower(args[0])

			return putPlatformCertificate(command.Context(), config, given, command.OutOrStdout())
		},
	}

	flags := command.Flags()
	flags.StringVar(&given.chain, "certificate", "", "file with the certificate and those that lead to its authority, PEM")
	flags.StringVar(&given.key, "key", "", "file with the private key, PEM, without a passphrase")
	cobra.CheckErr(command.MarkFlagRequired("certificate"))
	cobra.CheckErr(command.MarkFlagRequired("key"))

	return command
}

func putPlatformCertificate(ctx context.Context, config keysConfig, given platformCertificate, out io.Writer) error {
	chain, err := os.ReadFile(given.chain)
	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}

	key, err := os.ReadFile(given.key)
	if err != nil {
		return fmt.Errorf("read the private key: %w", err)
	}

	checked, err := certificate.Check(chain, key, given.hostname, time.Now())
	if err != nil {
		return err
	}

	pool, err := database.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer pool.Close()

	keys, err := keyring.Open(ctx, pool, config.Keys())
	if err != nil {
		return err
	}

	err = database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		return workflows.PutPlatformCertificate(ctx, queries, keys, database.PutPlatformCertificateParams{
			ID: id.New(), Hostname: given.hostname, Chain: checked.Chain, NotBefore: checked.NotBefore, NotAfter: checked.NotAfter,
		}, checked.Key)
	})
	if err != nil {
		return err
	}

	_, _ = fmt.Fprintf(out, "Edges end TLS for %s with this certificate until %s.\n", given.hostname, checked.NotAfter.UTC().Format(time.DateOnly))

	return nil
}
