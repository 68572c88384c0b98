package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// machineTokens is how the API answers about the tokens of nodes, or of edges.
type machineTokens struct {
	group    string
	complete completer
	// find returns the id of a machine by its name.
	find   func(ctx context.Context, api *API, name string) (uuid.UUID, error)
	list   func(ctx context.Context, api *API, machine uuid.UUID, cursor *string) ([]client.Token, *string, error)
	rotate func(ctx context.Context, api *API, machine uuid.UUID, body client.MachineRotation) (*client.NewToken, error)
	revoke func(ctx context.Context, api *API, machine, token uuid.UUID) error
}

// tokenCommands are the commands for the tokens of nodes, or of edges.
func (a *app) tokenCommands(m machineTokens) []*cobra.Command {
	one := m.group[:len(m.group)-1]

	return []*cobra.Command{
		{
			Use: "tokens NAME", Short: "List the tokens with which the " + one + " may sign in", Example: "  zeitwork " + m.group + " tokens " + one + "-1",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(m.complete), RunE: a.run(func(ctx context.Context, api *API, args []string) error {
				machine, err := m.find(ctx, api, args[0])
				if err != nil {
					return err
				}

				tokens, err := collect(func(cursor *string) ([]client.Token, *string, error) { return m.list(ctx, api, machine, cursor) })
				if err != nil {
					return err
				}

				return a.printTokens(tokens)
			}),
		},
		a.rotateMachineCommand(m, one),
		{
			Use: "revoke-token NAME TOKEN", Short: "End one token of the " + one + " at once, by its id",
			Example: "  zeitwork " + m.group + " revoke-token " + one + "-1 01900000-0000-7000-8000-000000000001",
			Args:    cobra.ExactArgs(2), ValidArgsFunction: first(m.complete), //nolint:mnd // Two arguments.
			RunE: a.run(func(ctx context.Context, api *API, args []string) error {
				machine, err := m.find(ctx, api, args[0])
				if err != nil {
					return err
				}

				token, err := uuid.Parse(args[1])
				if err != nil {
					return UsageError(errors.New("give the id of the token, as `zeitwork " + m.group + " tokens` shows it"))
				}

				if err := m.revoke(ctx, api, machine, token); err != nil {
					return err
				}

				a.sayf("Revoked %s.", token)

				return nil
			}),
		},
	}
}

func (a *app) rotateMachineCommand(m machineTokens, one string) *cobra.Command {
	var keep, days int64

	command := &cobra.Command{
		Use:   "rotate-token NAME",
		Short: "Give the " + one + " a new token; it is shown this once",
		Long: "Give the " + one + " a new token, which alone is written to standard output. The old one stays valid for a while: start the\n" +
			"service of the " + one + " anew with the new one until then. Nothing that runs or is served stops.",
		Example: "  zeitwork " + m.group + " rotate-token " + one + "-1 > token\n" +
			"  zeitwork " + m.group + " rotate-token " + one + "-1 --keep-old-minutes 0 --expires-in-days 90",
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(m.complete),
	}
	keepOldFlag(command, &keep)
	command.Flags().Int64Var(&days, "expires-in-days", 0, "after how many days the new token ends (default: never)")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		machine, err := m.find(ctx, api, args[0])
		if err != nil {
			return err
		}

		fresh, err := m.rotate(ctx, api, machine, client.MachineRotation{KeepOldMinutes: &keep, ExpiresInDays: optional(days)})
		if err != nil {
			return err
		}

		return a.print(fresh, func(w io.Writer) { _, _ = fmt.Fprintln(w, fresh.Secret) })
	})

	return command
}

// keepOldFlag adds the flag of a rotation.
func keepOldFlag(command *cobra.Command, keep *int64) {
	command.Flags().Int64Var(keep, "keep-old-minutes", 60, "how long the old token stays valid beside the new one") //nolint:mnd // As the API's.
}
