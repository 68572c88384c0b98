package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

func quotaCommand() *cobra.Command {
	var (
		organisation string
		builds       int32
	)

	command := &cobra.Command{
		Use:   "quota --builds N [--organisation SLUG]",
		Short: "Set how much an organisation may use at once",
		Long: `Set how many deployments of an organisation are fetched and built at once; the others wait for their turn. Without --organisation the number
is for all organisations that have none of their own. -1 takes the number away again.`,
		Example: `  zeitwork admin quota --builds 8
  zeitwork admin quota --builds 0 --organisation acme`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[adminConfig]()
			if err != nil {
				return err
			}

			return setQuota(command.Context(), config, organisation, builds)
		},
	}

	flags := command.Flags()
	flags.StringVar(&organisation, "organisation", "", "slug of the organisation")
	flags.Int32Var(&builds, "builds", 0, "builds at once; 0 for none, -1 for what holds for all")
	cobra.CheckErr(command.MarkFlagRequired("builds"))

	return command
}

func setQuota(ctx context.Context, config adminConfig, organisation string, builds int32) error {
	const most = 10_000

	if builds < -1 || builds > most {
		return fmt.Errorf("--builds must be a number from 0 to %d, or -1", most)
	}

	var number *int32
	if builds >= 0 {
		number = &builds
	}

	pool, err := database.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer pool.Close()

	queries := database.New(pool)

	if organisation == "" {
		return queries.SetPlatformQuota(ctx, id.New(), number)
	}

	found, err := queries.OrganisationBySlug(ctx, organisation)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("there is no organisation %q", organisation)
	}

	if err != nil {
		return err
	}

	return queries.SetOrganisationQuota(ctx, id.New(), found.ID, number)
}
