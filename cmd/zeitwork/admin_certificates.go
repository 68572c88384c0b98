package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/database"
)

func adminCertificatesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "certificates",
		Short: "List the certificates of the platform's own, how long they are good for, and what is in the way of the next",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[adminConfig]()
			if err != nil {
				return err
			}

			certificates, err := platformCertificates(command.Context(), config.Database)
			if err != nil {
				return err
			}

			return printCertificates(command.OutOrStdout(), certificates)
		},
	}
}

func platformCertificates(ctx context.Context, config database.Config) ([]database.ListPlatformCertificatesRow, error) {
	pool, err := database.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	defer pool.Close()

	certificates, err := database.New(pool).ListPlatformCertificates(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the platform's certificates: %w", err)
	}

	return certificates, nil
}

func printCertificates(out io.Writer, certificates []database.ListPlatformCertificatesRow) error {
	const gap = 2

	table := tabwriter.NewWriter(out, 0, 0, gap, ' ', 0)
	_, _ = fmt.Fprintln(table, "HOSTNAME\tSOURCE\tSTATE\tEXPIRES\tPROBLEM")

	for _, certificate := range certificates {
		expires := "-"
		if certificate.NotAfter != nil {
			expires = certificate.NotAfter.UTC().Format(time.DateOnly)
		}

		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", certificate.Hostname, certificate.Source, certificate.State, expires, lo.FromPtr(certificate.Problem))
	}

	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the certificates: %w", err)
	}

	return nil
}
