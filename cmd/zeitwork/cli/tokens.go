package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) tokensCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "tokens",
		Short:   "Your tokens, with which programs sign in as you",
		Example: "  zeitwork tokens\n  zeitwork tokens create ci --expires-in-days 90\n  zeitwork tokens revoke ci",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listTokens),
	}
	command.AddCommand(
		listing("List your tokens, without their secrets", "  zeitwork tokens list", a.run(a.listTokens)),
		a.createTokenCommand(),
		&cobra.Command{
			Use: "revoke TOKEN", Short: "End a token, by its id or its name", Example: "  zeitwork tokens revoke ci",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeTokens), RunE: a.run(a.revokeToken),
		},
	)

	return command
}

func (a *app) listTokens(ctx context.Context, api *API, _ []string) error {
	tokens, err := allTokens(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(tokens), func(w io.Writer) {
		t := newTable(w, "TOKEN", "NAME", "CREATED", "LAST USED", "EXPIRES")

		for _, token := range tokens {
			used, expires := "never", "never"

			if token.LastUsedAt != nil {
				used = ago(*token.LastUsedAt)
			}

			if token.ExpiresAt != nil {
				expires = token.ExpiresAt.Local().Format(time.DateOnly) //nolint:gosmopolitan // For the person who reads.
			}

			t.row(token.ID.String(), token.Name, ago(token.CreatedAt), used, expires)
		}

		t.flush()
	})
}

func (a *app) createTokenCommand() *cobra.Command {
	var days int64

	command := &cobra.Command{
		Use:   "create NAME",
		Short: "Make another token; it is shown this once",
		Long: "Make another token, with which a program can do all that you may. It alone is written to standard\n" +
			"output, and never shown again.",
		Example: "  zeitwork tokens create ci --expires-in-days 90\n" +
			"  zeitwork tokens create laptop > token",
		Args: cobra.ExactArgs(1),
	}
	command.Flags().Int64Var(&days, "expires-in-days", 0, "after how many days it ends (default: never)")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		created, err := checked(api.CreateTokenWithResponse(ctx, client.CreateTokenInputBody{Name: args[0], ExpiresInDays: optional(days)}))
		if err != nil {
			return err
		}

		return a.print(created.JSON201, func(w io.Writer) { _, _ = fmt.Fprintln(w, created.JSON201.Secret) })
	})

	return command
}

func (a *app) revokeToken(ctx context.Context, api *API, args []string) error {
	token, err := tokenNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.RevokeTokenWithResponse(ctx, token)); err != nil {
		return err
	}

	a.sayf("Revoked %s.", args[0])

	return nil
}

// tokenNamed returns the id of the token with that id or name.
func tokenNamed(ctx context.Context, api *API, given string) (uuid.UUID, error) {
	if parsed, err := uuid.Parse(given); err == nil {
		return parsed, nil
	}

	tokens, err := allTokens(ctx, api)
	if err != nil {
		return uuid.Nil, err
	}

	named := lo.Filter(tokens, func(t client.Token, _ int) bool { return t.Name == given })

	switch len(named) {
	case 0:
		return uuid.Nil, UsageError(fmt.Errorf("you have no token %q: `zeitwork tokens` lists yours", given))
	case 1:
		return named[0].ID, nil
	default:
		return uuid.Nil, UsageError(fmt.Errorf("%d of your tokens are named %q: give the id of one, as `zeitwork tokens` shows it", len(named), given))
	}
}

func allTokens(ctx context.Context, api *API) ([]client.Token, error) {
	return collect(func(cursor *string) ([]client.Token, *string, error) {
		page, err := checked(api.ListTokensWithResponse(ctx, &client.ListTokensParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}
