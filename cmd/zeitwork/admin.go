package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// adminConfig is the configuration of `zeitwork admin`.
type adminConfig struct {
	setting.Cluster
	setting.Public

	Database database.Config
}

// adminCommand holds the commands that need the database itself, as before anybody can sign in.
func adminCommand() *cobra.Command {
	command := &cobra.Command{Use: "admin", Short: "Commands that need the database itself", Hidden: true}
	command.AddCommand(bootstrapCommand(), adminUsersCommand(), keysCommand(), quotaCommand(), adminGitHubCommand(), adminCertificateCommand(),
		adminCertificatesCommand())

	return command
}

func bootstrapCommand() *cobra.Command {
	first := api.Bootstrap{}

	var tokensGiven bool

	command := &cobra.Command{
		Use:   "bootstrap --email EMAIL",
		Short: "Make the operator, and the first node and edge, where they are absent",
		Long: `Make the operator and the first organisation, and the first node and edge if they are named, where they are absent.

It writes their tokens to standard output as {"user":…,"node":…,"edge":…}, and to standard error a code with which the operator signs in with a
browser, once. With --tokens it reads them from standard input instead,
in the same form, so that it may run before every start.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[adminConfig]()
			if err != nil {
				return err
			}

			first.ClusterRange = config.ClusterRange

			return bootstrap(command.Context(), config, first, tokensGiven)
		},
	}

	flags := command.Flags()
	flags.StringVar(&first.Email, "email", "", "email address of the operator")
	flags.StringVar(&first.Organisation, "organisation", "operators", "slug of the operator's organisation")
	flags.StringVar(&first.Node, "node", "", "name of the first node")
	flags.StringVar(&first.Edge, "edge", "", "name of the first edge")
	flags.StringVar(&first.Region, "region", "local", "region of the first node and edge")
	flags.BoolVar(&tokensGiven, "tokens", false, "read the tokens from standard input")
	cobra.CheckErr(command.MarkFlagRequired("email"))

	return command
}

func bootstrap(ctx context.Context, config adminConfig, first api.Bootstrap, tokensGiven bool) error {
	first.Tokens = api.NewTokens()

	if tokensGiven {
		if err := json.NewDecoder(os.Stdin).Decode(&first.Tokens); err != nil {
			return fmt.Errorf("read the tokens from standard input: %w", err)
		}
	}

	pool, err := database.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer pool.Close()

	if err := first.Run(ctx, pool); err != nil || tokensGiven {
		return err
	}

	if err := json.NewEncoder(os.Stdout).Encode(first.Tokens); err != nil {
		return fmt.Errorf("write the tokens: %w", err)
	}

	code, err := api.NewSignInCode(ctx, pool, first.Email)
	if err != nil {
		return err
	}

	announceCode(os.Stderr, config.PublicURL, code)

	return nil
}
