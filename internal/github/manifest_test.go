package github

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func manifest() Manifest {
	return Manifest{
		Name: "Zeitwork of Acme", URL: "https://zeitwork.example", RedirectURL: "https://zeitwork.example/v1/github/app",
		CallbackURLs: []string{"https://zeitwork.example/v1/auth/callback"}, SetupURL: "https://zeitwork.example/v1/github/installed",
		Permissions: Permissions{"contents": "read", "statuses": "write"},
	}
}

func TestManifest_MakesAnAppThatCanBeInstalled(t *testing.T) {
	t.Parallel()

	b := setup(t)
	form, err := b.client.ManifestForm(manifest(), githubtest.Organization, "nonce & more")
	require.NoError(t, err)

	answer := githubtest.Post(t, form.Action, map[string]string{"manifest": form.Manifest}, map[string]string{"login": githubtest.Owner})
	require.Equal(t, http.StatusFound, answer.Status, answer.Body)
	require.Equal(t, "/v1/github/app", answer.Location.Path)
	require.Equal(t, "nonce & more", answer.Location.Query().Get("state"))

	credentials, err := b.client.Convert(t.Context(), answer.Location.Query().Get("code"))
	require.NoError(t, err)
	require.Equal(t, "zeitwork-of-acme", credentials.Slug)

	_, err = b.client.Convert(t.Context(), answer.Location.Query().Get("code"))
	require.Equal(t, problem.Invalid, problem.CodeOf(err), "a code is good once")

	app, err := b.client.App(credentials)
	require.NoError(t, err)

	installed := githubtest.Submit(t, app.InstallURL("who"), map[string]string{"login": githubtest.Owner, "account": githubtest.Organization})
	require.Equal(t, http.StatusFound, installed.Status, installed.Body)
	require.Equal(t, "who", installed.Location.Query().Get("state"))
	require.Equal(t, "install", installed.Location.Query().Get("setup_action"))

	states, err := app.Installations(t.Context())
	require.NoError(t, err)
	require.Len(t, states, 1)

	repositories, err := app.Installation(states[0].ID).Repositories(t.Context())
	require.NoError(t, err)
	require.Len(t, repositories, 1)
}

func TestManifest_CodeOfAnHourAgo_IsOfNoUse(t *testing.T) {
	t.Parallel()

	b := setup(t)
	form, err := b.client.ManifestForm(manifest(), "", "nonce")
	require.NoError(t, err)

	answer := githubtest.Post(t, form.Action, map[string]string{"manifest": form.Manifest}, map[string]string{"login": githubtest.Developer})
	require.Equal(t, http.StatusFound, answer.Status, answer.Body)

	b.server.Clock.Advance(time.Hour)
	_, err = b.client.Convert(t.Context(), answer.Location.Query().Get("code"))
	require.Equal(t, problem.Invalid, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "begin again")
}

func TestManifest_OfSomebodyElsesOrganization_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	form, err := b.client.ManifestForm(manifest(), githubtest.Organization, "nonce")
	require.NoError(t, err)

	answer := githubtest.Post(t, form.Action, map[string]string{"manifest": form.Manifest}, map[string]string{"login": githubtest.Developer})
	require.Equal(t, http.StatusForbidden, answer.Status)

	refused := githubtest.Submit(t, b.app.InstallURL(""), map[string]string{"login": githubtest.Stranger, "account": githubtest.Organization})
	require.Equal(t, http.StatusForbidden, refused.Status)
}
