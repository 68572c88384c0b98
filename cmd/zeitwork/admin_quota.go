package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/database"
)

func quotaCommand() *cobra.Command {
	var organisation string

	command := &cobra.Command{
		Use:   "quota [--organisation SLUG]",
		Short: "Set how much an organisation may use, on the database itself",
		Long: `Set how much an organisation may use at most, on the database itself, and leave what no flag names. Without --organisation the numbers are for all
organisations that have none of their own. The word default takes a number away again.

zeitwork quotas does the same, and shows them, for operators who have signed in.`,
		Example: `  zeitwork admin quota --builds 8
  zeitwork admin quota --builds 0 --organisation acme
  zeitwork admin quota --builds default --instances 20 --organisation acme`,
		Args: cobra.NoArgs,
	}

	flags := command.Flags()
	flags.StringVar(&organisation, "organisation", "", "slug of the organisation")
	changes := cli.QuotaFlags(flags)

	command.RunE = func(command *cobra.Command, _ []string) error {
		config, err := configuration[adminConfig]()
		if err != nil {
			return err
		}

		return setQuota(command.Context(), config, organisation, changes)
	}

	return command
}

func setQuota(ctx context.Context, config adminConfig, organisation string, changes cli.QuotaChanges) error {
	if len(changes) == 0 {
		return errors.New("nothing to change: give a quota, such as --builds 4")
	}

	pool, err := database.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer pool.Close()

	return api.ChangeQuotas(ctx, pool, organisation, func(numbers *api.QuotaNumbers) error { return changes.Apply(numbers) })
}
