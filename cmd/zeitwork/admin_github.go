package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// adminGitHubConfig is the configuration of `zeitwork admin github`.
type adminGitHubConfig struct {
	setting.Public

	Database database.Config
	GitHub   githubapp.Config
}

// adminGitHubCommand shows which GitHub App the platform has. One is made in a browser, since GitHub asks whoever makes it.
func adminGitHubCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "github",
		Short: "Show the platform's GitHub App, and where one is made",
		Long: `Show the platform's GitHub App, and the page on which an operator makes one in a browser.

docs/OPERATIONS.md says how, and how an App that was made by hand is configured.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[adminGitHubConfig]()
			if err != nil {
				return err
			}

			return showGitHub(command.Context(), config, command.OutOrStdout())
		},
	}
}

func showGitHub(ctx context.Context, config adminGitHubConfig, out io.Writer) error {
	page := "the page /github/app of the API, at the address where browsers reach it"
	if config.PublicURL.Host != "" {
		page = api.Config{Public: config.Public}.AppPage()
	}

	if config.GitHub.App.IsSet() {
		_, err := fmt.Fprintf(out, "The GitHub App is the one that ZEITWORK_GITHUB_APP_ID names: %d.\n", config.GitHub.App.ID)

		return err
	}

	pool, err := database.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer pool.Close()

	app, err := database.New(pool).GetGithubApp(ctx)

	switch {
	case errors.Is(err, pgx.ErrNoRows):
		_, err = fmt.Fprintf(out, "The platform has no GitHub App yet. Make one: sign in as an operator and open\n\n  %s\n", page)
	case err == nil:
		_, err = fmt.Fprintf(out, "The GitHub App is %s/apps/%s (%d), made on %s. To make another one in its place, open\n\n  %s\n",
			config.GitHub.URL, app.Slug, app.AppID, app.CreatedAt.UTC().Format("2 January 2006"), page)
	}

	return err
}
