package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
)

// adminUsersCommand makes users on the database itself: whoever can reach it decides who is an operator.
func adminUsersCommand() *cobra.Command {
	command := &cobra.Command{Use: "users", Short: "Add users, and operators, on the database itself"}
	command.AddCommand(addUserCommand())

	return command
}

func addUserCommand() *cobra.Command {
	var operator, asJSON bool

	command := &cobra.Command{
		Use:   "add EMAIL",
		Short: "Make a user where there is none, and print a token of theirs, this once",
		Long: `Make a user where there is none, with an organisation of their own, and print a token of theirs, which is shown this once.
For a user that is there already it prints another token.

The address counts as theirs from then on: they can take invitations to it.`,
		Example: "  zeitwork admin users add ada@example.com\n  zeitwork admin users add ada@example.com --operator",
		Args:    cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			config, err := configuration[adminConfig]()
			if err != nil {
				return err
			}

			pool, err := database.Open(command.Context(), config.Database)
			if err != nil {
				return err
			}
			defer pool.Close()

			token, err := api.AddUser(command.Context(), pool, args[0], operator)
			if err != nil {
				return err
			}

			return printToken(token, asJSON)
		},
	}

	flags := command.Flags()
	flags.BoolVar(&operator, "operator", false, "make the user an operator of the platform, too")
	flags.BoolVar(&asJSON, "json", false, `write {"user":…}, as bootstrap does`)

	return command
}

func printToken(token string, asJSON bool) error {
	var err error
	if asJSON {
		err = json.NewEncoder(os.Stdout).Encode(map[string]string{"user": token})
	} else {
		_, err = fmt.Fprintln(os.Stdout, token)
	}

	if err != nil {
		return fmt.Errorf("write the token: %w", err)
	}

	return nil
}
