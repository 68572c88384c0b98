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

func (a *app) usersCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "users", Short: "Who has an account, and who is an operator", Example: "  zeitwork users\n  zeitwork users promote ada@example.com",
		Args: cobra.NoArgs, RunE: a.run(a.listUsers),
	}
	command.AddCommand(
		listing("List the users", "  zeitwork users list --json", a.run(a.listUsers)),
		&cobra.Command{
			Use: "promote EMAIL", Short: "Make a user an operator", Example: "  zeitwork users promote ada@example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeUsers), RunE: a.run(a.setOperator(true)),
		},
		&cobra.Command{
			Use: "demote EMAIL", Short: "Have a user be an operator no more", Example: "  zeitwork users demote ada@example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeUsers), RunE: a.run(a.setOperator(false)),
		},
	)

	return command
}

func allUsers(ctx context.Context, api *API) ([]client.User, error) {
	return collect(func(cursor *string) ([]client.User, *string, error) {
		page, err := checked(api.ListUsersWithResponse(ctx, &client.ListUsersParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

func (a *app) listUsers(ctx context.Context, api *API, _ []string) error {
	users, err := allUsers(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(users), func(w io.Writer) {
		t := newTable(w, "EMAIL", "NAME", "GITHUB", "OPERATOR", "CREATED")
		for _, u := range users {
			t.row(u.Email, u.Name, value(u.GithubLogin), lo.Ternary(u.Operator, "yes", "no"), ago(u.CreatedAt))
		}

		t.flush()
	})
}

func (a *app) setOperator(operator bool) func(context.Context, *API, []string) error {
	return func(ctx context.Context, api *API, args []string) error {
		users, err := allUsers(ctx, api)
		if err != nil {
			return err
		}

		found, ok := lo.Find(users, func(u client.User) bool { return strings.EqualFold(u.Email, args[0]) })
		if !ok {
			return UsageError(fmt.Errorf("there is no user %q: `zeitwork users` lists them", args[0]))
		}

		updated, err := checked(api.SetOperatorWithResponse(ctx, found.ID, client.SetOperatorInputBody{Operator: operator}))
		if err != nil {
			return err
		}

		return a.print(updated.JSON200, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "%s is %s operator.\n", found.Email, lo.Ternary(operator, "an", "no"))
		})
	}
}

func (a *app) completeUsers(ctx context.Context) ([]cobra.Completion, error) {
	return a.withAPI(func(ctx context.Context, api *API) ([]cobra.Completion, error) {
		users, err := allUsers(ctx, api)

		return lo.Map(users, func(u client.User, _ int) cobra.Completion { return cobra.CompletionWithDesc(u.Email, u.Name) }), err
	})(ctx)
}
