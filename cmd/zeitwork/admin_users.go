package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
)

// adminUsersCommand makes users on the database itself: whoever can reach it decides who is an operator.
func adminUsersCommand() *cobra.Command {
	command := &cobra.Command{Use: "users", Short: "Add users, and operators, on the database itself, and let them in"}
	command.AddCommand(addUserCommand(), signInCodeCommand())

	return command
}

func addUserCommand() *cobra.Command {
	var (
		operator, asJSON bool
		login            string
	)

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

			token, err := api.AddUser(command.Context(), pool, args[0], login, operator)
			if err != nil {
				return err
			}

			return printToken(token, asJSON)
		},
	}

	flags := command.Flags()
	flags.BoolVar(&operator, "operator", false, "make the user an operator of the platform, too")
	flags.StringVar(&login, "github-login", "", "the account at GitHub of a user who is there already, to say that it is the one you mean")
	flags.BoolVar(&asJSON, "json", false, `write {"user":…}, as bootstrap does`)

	return command
}

func signInCodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sign-in EMAIL",
		Short: "Print a code that signs a user in with a browser, once",
		Long: `Print a code that signs a user in with a browser, at /sign-in of the API. It is good once, for an hour, and is the only one of that user.
It is how the first operator gets in before there is a GitHub App, and how anybody does who has lost the account at GitHub.`,
		Example: "  zeitwork admin users sign-in ada@example.com",
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

			code, err := api.NewSignInCode(command.Context(), pool, args[0])
			if err != nil {
				return err
			}

			announceCode(os.Stdout, config.PublicURL, code)

			return nil
		},
	}
}

// announceCode says where a code is typed. The address has no code in it: addresses end in histories and logs.
func announceCode(w io.Writer, public url.URL, code string) {
	at := "/sign-in of the API"
	if public.Host != "" {
		at = public.JoinPath("sign-in").String()
	}

	_, _ = fmt.Fprintf(w, "Sign in at %s with the code %s, which is good once, for %d minutes.\n", at, code, int(api.CodeLifetime.Minutes()))
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
