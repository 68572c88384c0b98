package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) membersCommand() *cobra.Command {
	command := a.organisationFlag(&cobra.Command{
		Use:   "members",
		Short: "Who belongs to an organisation, and what each may do",
		Long: "Who belongs to an organisation, and what each may do: a viewer reads, a developer deploys and changes\n" +
			"projects, an owner also decides about members and deletes.",
		Example: "  zeitwork members\n  zeitwork members role ada@example.com developer\n  zeitwork members remove ada@example.com",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listMembers),
	})
	command.AddCommand(
		listing("List the members", "  zeitwork members list --organisation acme", a.run(a.listMembers)),
		&cobra.Command{
			Use: "role EMAIL ROLE", Short: "Make a member owner, developer or viewer", Example: "  zeitwork members role ada@example.com owner",
			Args: cobra.ExactArgs(2), ValidArgsFunction: a.completeMemberAndRole, RunE: a.run(a.setMemberRole), //nolint:mnd // Two arguments.
		},
		&cobra.Command{
			Use: "remove EMAIL", Short: "Remove a member, with the tokens that they made here", Example: "  zeitwork members remove ada@example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeMembers), RunE: a.run(a.removeMember),
		},
		&cobra.Command{
			Use: "leave", Short: "Leave an organisation yourself", Example: "  zeitwork members leave --organisation acme",
			Args: cobra.NoArgs, RunE: a.run(a.leaveOrganisation),
		},
		&cobra.Command{
			Use: "transfer EMAIL", Short: "Make another member the owner in your place", Example: "  zeitwork members transfer ada@example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeMembers), RunE: a.run(a.transferOrganisation),
		},
	)

	return command
}

// organisationFlag adds the flag --organisation to a command that is about one.
func (a *app) organisationFlag(command *cobra.Command) *cobra.Command {
	command.PersistentFlags().StringVarP(&a.organisation, "organisation", "o", "", "slug of the organisation (default: your only one)")
	a.completeFlag(command, "organisation", a.completeOrganisations)

	return command
}

func (a *app) listMembers(ctx context.Context, api *API, _ []string) error {
	_, members, err := a.members(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(members), func(w io.Writer) {
		t := newTable(w, "EMAIL", "NAME", "GITHUB", "ROLE", "SINCE")
		for _, m := range members {
			t.row(m.User.Email, m.User.Name, value(m.User.GithubLogin), string(m.Role), ago(m.CreatedAt))
		}

		t.flush()
	})
}

// members returns the chosen organisation and all of its members.
func (a *app) members(ctx context.Context, api *API) (client.Organisation, []client.Member, error) {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return organisation, nil, err
	}

	members, err := collect(func(cursor *string) ([]client.Member, *string, error) {
		page, err := checked(api.ListMembersWithResponse(ctx, organisation.ID, &client.ListMembersParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})

	return organisation, members, err
}

// memberNamed returns the chosen organisation and its member with that email address or GitHub login.
func (a *app) memberNamed(ctx context.Context, api *API, given string) (client.Organisation, client.Member, error) {
	organisation, members, err := a.members(ctx, api)
	if err != nil {
		return organisation, client.Member{}, err
	}

	found, ok := lo.Find(members, func(m client.Member) bool {
		return strings.EqualFold(m.User.Email, given) || strings.EqualFold(value(m.User.GithubLogin), given)
	})
	if !ok {
		return organisation, found, UsageError(fmt.Errorf("%s has no member %q: `zeitwork members` lists them", organisation.Slug, given))
	}

	return organisation, found, nil
}

func (a *app) setMemberRole(ctx context.Context, api *API, args []string) error {
	organisation, member, err := a.memberNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	updated, err := checked(api.UpdateMemberWithResponse(ctx, organisation.ID, member.User.ID,
		client.UpdateMemberInputBody{Role: client.UpdateMemberInputBodyRole(args[1])}))
	if err != nil {
		return err
	}

	return a.print(updated.JSON200, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s is %s of %s.\n", member.User.Email, updated.JSON200.Role, organisation.Slug)
	})
}

func (a *app) removeMember(ctx context.Context, api *API, args []string) error {
	organisation, member, err := a.memberNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.RemoveMemberWithResponse(ctx, organisation.ID, member.User.ID)); err != nil {
		return err
	}

	a.sayf("Removed %s from %s.", member.User.Email, organisation.Slug)

	return nil
}

func (a *app) leaveOrganisation(ctx context.Context, api *API, _ []string) error {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return err
	}

	if _, err := checked(api.LeaveOrganisationWithResponse(ctx, organisation.ID)); err != nil {
		return err
	}

	a.sayf("You have left %s.", organisation.Slug)

	return nil
}

func (a *app) transferOrganisation(ctx context.Context, api *API, args []string) error {
	organisation, member, err := a.memberNamed(ctx, api, args[0])
	if err != nil {
		return err
	}

	transferred, err := checked(api.TransferOrganisationWithResponse(ctx, organisation.ID, client.TransferOrganisationInputBody{UserID: member.User.ID}))
	if err != nil {
		return err
	}

	return a.print(transferred.JSON200, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s owns %s; you are %s.\n", member.User.Email, organisation.Slug, transferred.JSON200.Role)
	})
}

func (a *app) completeMembers(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		_, members, err := a.members(ctx, api)

		return lo.Map(members, func(m client.Member, _ int) cobra.Completion {
			return cobra.CompletionWithDesc(m.User.Email, string(m.Role))
		}), err
	})(ctx)
}

// completeMemberAndRole completes a member, and behind it a role.
func (a *app) completeMemberAndRole(command *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return roles(), cobra.ShellCompDirectiveNoFileComp
	}

	return first(a.completeMembers)(command, args, toComplete)
}

// roles are the roles of members, the lowest first.
func roles() []cobra.Completion {
	return []cobra.Completion{
		cobra.CompletionWithDesc("viewer", "reads"),
		cobra.CompletionWithDesc("developer", "deploys and changes projects"),
		cobra.CompletionWithDesc("owner", "also decides about members and deletes"),
	}
}

// roleFlag adds the flag --role to a command.
func (a *app) roleFlag(command *cobra.Command, role *string, initial, usage string) {
	command.Flags().StringVar(role, "role", initial, usage)
	a.completeFlag(command, "role", func(context.Context) ([]cobra.Completion, error) { return roles(), nil })
}
