package main

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/setting"
)

func TestAdminGitHub_ShowsWhichAppThereIs_AndWhereOneIsMade(t *testing.T) {
	t.Parallel()

	config := adminGitHubConfig{
		Public: setting.Public{PublicURL: url.URL{Scheme: "https", Host: "api.example.com"}}, Database: databasetest.Config(t),
		GitHub: githubapp.Config{Config: github.Config{URL: "https://github.com"}},
	}
	show := func() string {
		out := &bytes.Buffer{}
		require.NoError(t, showGitHub(t.Context(), config, out))

		return out.String()
	}

	require.Contains(t, show(), "no GitHub App yet")
	require.Contains(t, show(), "https://api.example.com/github/app")

	pool, err := database.Open(t.Context(), config.Database)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	_, err = database.New(pool).CreateGithubApp(t.Context(), database.CreateGithubAppParams{ID: id.New(), AppID: 7, Slug: "zeitwork-acme", ClientID: "x"})
	require.NoError(t, err)
	require.Contains(t, show(), "https://github.com/apps/zeitwork-acme (7)")

	config.GitHub.App = github.AppConfig{ID: 8, ClientSecret: "secret", PrivateKey: "key"}
	require.Equal(t, "The GitHub App is the one that ZEITWORK_GITHUB_APP_ID names: 8.\n", show())
}
