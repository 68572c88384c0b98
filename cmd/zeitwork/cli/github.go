package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) githubCommand() *cobra.Command {
	command := a.organisationFlag(&cobra.Command{
		Use:   "github",
		Short: "The accounts on GitHub that an organisation reaches, and their repositories",
		Long: "The accounts on GitHub that have the platform's GitHub App and are connected to an organisation, and\n" +
			"their repositories, private ones too.",
		Example: "  zeitwork github connect\n  zeitwork github repositories shop\n  zeitwork github detect acme/shop",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listAccounts),
	})
	command.AddCommand(
		listing("List the accounts", "  zeitwork github list --organisation acme", a.run(a.listAccounts)),
		&cobra.Command{
			Use: "connect [ACCOUNT]", Short: "Connect an account that you administer",
			Long: "Print the page on which an account on GitHub is connected to an organisation that you own, and open it in\n" +
				"the browser, if there is one. There the GitHub App is installed, or one that is installed is chosen.",
			Example: "  zeitwork github connect\n  zeitwork github connect acme --organisation acme",
			Args:    cobra.MaximumNArgs(1), RunE: a.run(a.connectAccount),
		},
		&cobra.Command{
			Use: "disconnect ACCOUNT", Short: "Disconnect an account",
			Long: "Disconnect an account on GitHub: pushes to its repositories are not seen any more, and nothing of them can be\n" +
				"built. What is live keeps running. The GitHub App stays installed until it is removed on GitHub.",
			Example: "  zeitwork github disconnect acme", Args: cobra.ExactArgs(1), RunE: a.run(a.disconnectAccount),
		},
		a.repositoriesCommand(),
		a.detectRepositoryCommand(),
	)

	return command
}

func (a *app) listAccounts(ctx context.Context, api *API, _ []string) error {
	_, accounts, err := a.accounts(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(accounts), func(w io.Writer) {
		t := newTable(w, "ACCOUNT", "STATE", "REPOSITORIES", "SETTINGS")
		for _, account := range accounts {
			t.row(account.Account, string(account.State), lo.Ternary(account.HasAll, "all", "chosen"), value(account.SettingsURL))
		}

		t.flush()

		for _, account := range accounts {
			if account.Problem != nil {
				a.sayf("%s", *account.Problem)
			}
		}
	})
}

// accounts returns the chosen organisation and the accounts that are connected to it.
func (a *app) accounts(ctx context.Context, api *API) (client.Organisation, []client.GitHubInstallation, error) {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return organisation, nil, err
	}

	accounts, err := collect(func(cursor *string) ([]client.GitHubInstallation, *string, error) {
		page, err := checked(api.ListGithubInstallationsWithResponse(ctx, organisation.ID,
			&client.ListGithubInstallationsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})

	return organisation, accounts, err
}

func (a *app) connectAccount(ctx context.Context, api *API, args []string) error {
	organisation, err := chooseOrganisation(ctx, api, a.organisation)
	if err != nil {
		return err
	}

	body := client.ConnectGitHubInputBody{}
	if len(args) == 1 {
		body.Account = &args[0]
	}

	answer, err := checked(api.ConnectGithubWithResponse(ctx, organisation.ID, body))
	if err != nil {
		return err
	}

	if err := a.print(answer.JSON200, func(w io.Writer) { _, _ = fmt.Fprintln(w, answer.JSON200.URL) }); err != nil || !a.terminal {
		return err
	}

	if err := browse(ctx, answer.JSON200.URL); err != nil && !errors.Is(err, errNoBrowser) {
		a.sayf("The browser did not open: %s", err)
	}

	return nil
}

func (a *app) disconnectAccount(ctx context.Context, api *API, args []string) error {
	organisation, accounts, err := a.accounts(ctx, api)
	if err != nil {
		return err
	}

	account, ok := lo.Find(accounts, func(i client.GitHubInstallation) bool { return strings.EqualFold(i.Account, args[0]) })
	if !ok {
		return UsageError(fmt.Errorf("%s is not connected to the account %q: `zeitwork github` lists those that are", organisation.Slug, args[0]))
	}

	if _, err := checked(api.DeleteGithubInstallationWithResponse(ctx, organisation.ID, account.ID)); err != nil {
		return err
	}

	a.sayf("%s is no longer connected to %s. What is live of its repositories keeps running.", account.Account, organisation.Slug)

	return nil
}
