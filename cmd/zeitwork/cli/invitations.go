package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) invitationsCommand() *cobra.Command {
	command := a.organisationFlag(&cobra.Command{
		Use:     "invitations",
		Short:   "Invite somebody to an organisation, or take an invitation",
		Example: "  zeitwork invitations create ada@example.com --role developer\n  zeitwork invitations received\n  zeitwork invitations accept acme",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listInvitations),
	})
	command.AddCommand(
		listing("List an organisation's invitations that can still be taken", "  zeitwork invitations list --organisation acme", a.run(a.listInvitations)),
		a.inviteCommand(),
		&cobra.Command{
			Use: "revoke ACCOUNT", Short: "End an invitation, by its account or its id", Example: "  zeitwork invitations revoke ada@example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeInvitations), RunE: a.run(a.revokeInvitation),
		},
		&cobra.Command{
			Use: "received", Short: "List the invitations that you can take", Example: "  zeitwork invitations received",
			Args: cobra.NoArgs, RunE: a.run(a.listReceivedInvitations),
		},
		&cobra.Command{
			Use: "accept ORGANISATION", Short: "Take an invitation, by the slug of its organisation", Example: "  zeitwork invitations accept acme",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeReceived), RunE: a.run(a.acceptInvitation),
		},
	)

	return command
}

func (a *app) inviteCommand() *cobra.Command {
	var (
		role string
		days int64
	)

	command := &cobra.Command{
		Use:   "create ACCOUNT",
		Short: "Invite an account: an email address or a GitHub login",
		Long: "Invite an account: an email address or a GitHub login. Nothing is sent: tell the person to sign in and to\n" +
			"run `zeitwork invitations accept`. Only that account can take the invitation, once.",
		Example: "  zeitwork invitations create ada@example.com --role developer\n  zeitwork invitations create octocat --role viewer --expires-in-days 1",
		Args:    cobra.ExactArgs(1),
	}
	a.roleFlag(command, &role, "developer", "what the person may do: viewer, developer or owner")
	command.Flags().Int64Var(&days, "expires-in-days", 7, "how long the invitation can be taken") //nolint:mnd // As the API's.

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		organisation, err := chooseOrganisation(ctx, api, a.organisation)
		if err != nil {
			return err
		}

		body := client.CreateInvitationInputBody{Role: client.CreateInvitationInputBodyRole(role), ExpiresInDays: optional(days)}
		if strings.Contains(args[0], "@") {
			body.Email = new(args[0])
		} else {
			body.GithubLogin = new(args[0])
		}

		created, err := checked(api.CreateInvitationWithResponse(ctx, organisation.ID, body))
		if err != nil {
			return err
		}

		return a.print(created.JSON201, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "Invited %s to %s as %s, until %s.\n", accountOf(*created.JSON201), organisation.Slug, role, onDay(created.JSON201.ExpiresAt))
		})
	})

	return command
}

func (a *app) invitations(ctx context.Context, api *API) (client.Organisation, []client.Invitation, error) {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return organisation, nil, err
	}

	invitations, err := collect(func(cursor *string) ([]client.Invitation, *string, error) {
		page, err := checked(api.ListInvitationsWithResponse(ctx, organisation.ID, &client.ListInvitationsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})

	return organisation, invitations, err
}

func (a *app) listInvitations(ctx context.Context, api *API, _ []string) error {
	_, invitations, err := a.invitations(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(invitations), func(w io.Writer) {
		t := newTable(w, "ACCOUNT", "ROLE", "CREATED", "ENDS", "INVITATION")
		for _, i := range invitations {
			t.row(accountOf(i), string(i.Role), ago(i.CreatedAt), onDay(i.ExpiresAt), i.ID.String())
		}

		t.flush()
	})
}

func (a *app) revokeInvitation(ctx context.Context, api *API, args []string) error {
	organisation, invitations, err := a.invitations(ctx, api)
	if err != nil {
		return err
	}

	found, ok := lo.Find(invitations, func(i client.Invitation) bool {
		return strings.EqualFold(accountOf(i), args[0]) || i.ID.String() == args[0]
	})
	if !ok {
		return UsageError(fmt.Errorf("%s has no invitation for %q: `zeitwork invitations` lists them", organisation.Slug, args[0]))
	}

	if _, err := checked(api.RevokeInvitationWithResponse(ctx, organisation.ID, found.ID)); err != nil {
		return err
	}

	a.sayf("%s is invited no more.", accountOf(found))

	return nil
}

func received(ctx context.Context, api *API) ([]client.ReceivedInvitation, error) {
	return collect(func(cursor *string) ([]client.ReceivedInvitation, *string, error) {
		page, err := checked(api.ListReceivedInvitationsWithResponse(ctx, &client.ListReceivedInvitationsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) listReceivedInvitations(ctx context.Context, api *API, _ []string) error {
	invitations, err := received(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(invitations), func(w io.Writer) {
		t := newTable(w, "ORGANISATION", "NAME", "ROLE", "ENDS")
		for _, i := range invitations {
			t.row(i.OrganisationSlug, i.OrganisationName, string(i.Role), onDay(i.ExpiresAt))
		}

		t.flush()
	})
}

func (a *app) acceptInvitation(ctx context.Context, api *API, args []string) error {
	invitations, err := received(ctx, api)
	if err != nil {
		return err
	}

	found, ok := lo.Find(invitations, func(i client.ReceivedInvitation) bool {
		return i.OrganisationSlug == args[0] || i.ID.String() == args[0]
	})
	if !ok {
		return UsageError(fmt.Errorf("nobody has invited you to %q: `zeitwork invitations received` lists your invitations", args[0]))
	}

	joined, err := checked(api.AcceptInvitationWithResponse(ctx, found.ID))
	if err != nil {
		return err
	}

	return a.print(joined.JSON200, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "You are %s of %s.\n", joined.JSON200.Role, joined.JSON200.Slug)
	})
}

func (a *app) completeInvitations(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		_, invitations, err := a.invitations(ctx, api)

		return lo.Map(invitations, func(i client.Invitation, _ int) cobra.Completion {
			return cobra.CompletionWithDesc(accountOf(i), string(i.Role))
		}), err
	})(ctx)
}

func (a *app) completeReceived(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		invitations, err := received(ctx, api)

		return lo.Map(invitations, func(i client.ReceivedInvitation, _ int) cobra.Completion {
			return cobra.CompletionWithDesc(i.OrganisationSlug, string(i.Role))
		}), err
	})(ctx)
}

// accountOf is the account that an invitation is for.
func accountOf(invitation client.Invitation) string {
	return value(invitation.Email) + value(invitation.GithubLogin)
}

// onDay writes the day of a time where the reader is.
func onDay(t time.Time) string { return t.Local().Format(time.DateOnly) } //nolint:gosmopolitan // For the person who reads.
