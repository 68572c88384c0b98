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

// never stands for a time that has not come.
const never = "never"

func (a *app) tokensCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "tokens",
		Short: "Tokens with which programs sign in, as you or for an organisation",
		Long: "Tokens with which programs sign in: your own, which may do all that you may, and those of an organisation,\n" +
			"which have a role there and see nothing else. A token is revoked with the one that made it.",
		Example: "  zeitwork tokens\n  zeitwork tokens create ci --organisation acme --role developer --expires-in-days 90\n  zeitwork tokens revoke ci",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listTokens),
	}
	command.AddCommand(
		a.listTokensCommand(),
		a.createTokenCommand(),
		a.rotateTokenCommand(),
		a.revokeTokenCommand(),
	)

	return command
}

func (a *app) listTokensCommand() *cobra.Command {
	return a.organisationFlag(listing("List your tokens, or with --organisation all of an organisation, without their secrets",
		"  zeitwork tokens list\n  zeitwork tokens list --organisation acme", a.run(a.listTokens)))
}

func (a *app) listTokens(ctx context.Context, api *API, _ []string) error {
	if a.organisation != "" {
		return a.listOrganisationTokens(ctx, api)
	}

	tokens, err := allTokens(ctx, api)
	if err != nil {
		return err
	}

	return a.printTokens(tokens)
}

// printTokens prints tokens without their secrets.
func (a *app) printTokens(tokens []client.Token) error {
	return a.print(items(tokens), func(w io.Writer) {
		t := newTable(w, "TOKEN", "NAME", "ROLE", "CREATED", "LAST USED", "EXPIRES")

		for _, token := range tokens {
			used, expires := usedAndExpires(token.LastUsedAt, token.ExpiresAt)
			t.row(token.ID.String(), token.Name, string(value(token.Role)), ago(token.CreatedAt), used, expires)
		}

		t.flush()
	})
}

func (a *app) listOrganisationTokens(ctx context.Context, api *API) error {
	tokens, err := a.organisationTokens(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(tokens), func(w io.Writer) {
		t := newTable(w, "TOKEN", "NAME", "ROLE", "MADE BY", "CREATED", "LAST USED", "EXPIRES")

		for _, token := range tokens {
			used, expires := usedAndExpires(token.LastUsedAt, token.ExpiresAt)
			t.row(token.ID.String(), token.Name, string(value(token.Role)), token.MadeBy.Email, ago(token.CreatedAt), used, expires)
		}

		t.flush()
	})
}

// organisationTokens returns the tokens of the chosen organisation, whoever made them.
func (a *app) organisationTokens(ctx context.Context, api *API) ([]client.OrganisationToken, error) {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return nil, err
	}

	return collect(func(cursor *string) ([]client.OrganisationToken, *string, error) {
		page, err := checked(api.ListOrganisationTokensWithResponse(ctx, organisation.ID,
			&client.ListOrganisationTokensParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

// usedAndExpires are the cells for when a token was used last, and when it ends.
func usedAndExpires(usedAt, expiresAt *time.Time) (used, expires string) {
	used, expires = never, never

	if usedAt != nil {
		used = ago(*usedAt)
	}

	if expiresAt != nil {
		expires = onDay(*expiresAt)

		if time.Until(*expiresAt) < 24*time.Hour {
			expires = expiresAt.Local().Format(time.DateTime) //nolint:gosmopolitan // For the person who reads.
		}
	}

	return used, expires
}

func (a *app) createTokenCommand() *cobra.Command {
	var (
		days int64
		role string
	)

	command := &cobra.Command{
		Use:   "create NAME",
		Short: "Make another token; it is shown this once",
		Long: "Make another token: one with which a program can do all that you may, or with --organisation one that is for\n" +
			"that organisation alone. It alone is written to standard output, and never shown again.",
		Example: "  zeitwork tokens create ci --organisation acme --role developer --expires-in-days 90\n" +
			"  zeitwork tokens create laptop > token",
		Args: cobra.ExactArgs(1),
	}
	command.Flags().Int64Var(&days, "expires-in-days", 0, "after how many days it ends (default: with the token that makes it)")
	command.Flags().StringVarP(&a.organisation, "organisation", "o", "", "slug of the organisation that it is for (default: it is your own)")
	a.completeFlag(command, "organisation", a.completeOrganisations)
	a.roleFlag(command, &role, "", "what it may do in the organisation: viewer, developer or owner (default: developer)")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		body := client.CreateTokenInputBody{Name: args[0], ExpiresInDays: optional(days), Role: optional(client.CreateTokenInputBodyRole(role))}

		if a.organisation != "" {
			organisation, err := chooseOrganisation(ctx, api, a.organisation)
			if err != nil {
				return err
			}

			body.OrganisationID = &organisation.ID
		}

		created, err := checked(api.CreateTokenWithResponse(ctx, body))
		if err != nil {
			return err
		}

		return a.print(created.JSON201, func(w io.Writer) { _, _ = fmt.Fprintln(w, created.JSON201.Secret) })
	})

	return command
}

func (a *app) rotateTokenCommand() *cobra.Command {
	var keep int64

	command := &cobra.Command{
		Use:   "rotate TOKEN",
		Short: "Replace a token, by its id or its name; the new one is shown this once",
		Long: "Replace a token by a new one that may do the same, which alone is written to standard output. The old one stays\n" +
			"valid for a while. A token can rotate itself and those that were made with it.",
		Example: "  zeitwork tokens rotate ci > token\n  zeitwork tokens rotate ci --keep-old-minutes 5",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeTokens),
	}
	keepOldFlag(command, &keep)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		token, err := tokenNamed(ctx, api, args[0])
		if err != nil {
			return err
		}

		fresh, err := checked(api.RotateTokenWithResponse(ctx, token, client.Rotation{KeepOldMinutes: &keep}))
		if err != nil {
			return err
		}

		return a.print(fresh.JSON201, func(w io.Writer) { _, _ = fmt.Fprintln(w, fresh.JSON201.Secret) })
	})

	return command
}

func (a *app) revokeTokenCommand() *cobra.Command {
	return a.organisationFlag(&cobra.Command{
		Use:     "revoke TOKEN",
		Short:   "End a token, by its id or its name, and those that were made with it",
		Long:    "End a token, and those that were made with it: one of yours, or with --organisation any of an organisation that you own.",
		Example: "  zeitwork tokens revoke ci\n  zeitwork tokens revoke 01900000-0000-7000-8000-000000000001 --organisation acme",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: first(a.completeTokens), RunE: a.run(a.revokeToken),
	})
}

func (a *app) revokeToken(ctx context.Context, api *API, args []string) error {
	if a.organisation != "" {
		return a.revokeOrganisationToken(ctx, api, args[0])
	}

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

func (a *app) revokeOrganisationToken(ctx context.Context, api *API, given string) error {
	tokens, err := a.organisationTokens(ctx, api)
	if err != nil {
		return err
	}

	token, err := theToken(lo.Map(tokens, func(t client.OrganisationToken, _ int) namedToken { return namedToken{t.ID, t.Name, t.ParentID} }), given)
	if err != nil {
		return err
	}

	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return err
	}

	if _, err := checked(api.RevokeOrganisationTokenWithResponse(ctx, organisation.ID, token)); err != nil {
		return err
	}

	a.sayf("Revoked %s.", given)

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

	return theToken(lo.Map(tokens, func(t client.Token, _ int) namedToken { return namedToken{t.ID, t.Name, t.ParentID} }), given)
}

// namedToken is what tells one token from others.
type namedToken struct {
	id     uuid.UUID
	name   string
	parent *uuid.UUID
}

// theToken returns the id of the token with that id or name. Of a token that was rotated it is the new one.
func theToken(tokens []namedToken, given string) (uuid.UUID, error) {
	named := lo.Filter(tokens, func(t namedToken, _ int) bool { return t.name == given || t.id.String() == given })
	ids := lo.Map(named, func(t namedToken, _ int) uuid.UUID { return t.id })
	named = lo.Reject(named, func(t namedToken, _ int) bool { return t.parent != nil && lo.Contains(ids, *t.parent) })

	switch len(named) {
	case 0:
		return uuid.Nil, UsageError(fmt.Errorf("there is no token %q: `zeitwork tokens` lists yours", given))
	case 1:
		return named[0].id, nil
	default:
		return uuid.Nil, UsageError(fmt.Errorf("%d tokens are named %q: give the id of one, as `zeitwork tokens` shows it", len(named), given))
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
