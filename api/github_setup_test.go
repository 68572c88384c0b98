package api

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestGitHubSetup_WithoutAnApp_LeadsOperatorsToMakingOne_AndBack(t *testing.T) {
	t.Parallel()

	const back = "/o/local/new"

	b := setup(t)
	b.github.AddUser(githubtest.Owner)

	organisation := b.organisation(t)
	setup := func() client.GitHubSetupOutputBody {
		answer, err := b.owner.GetGithubWithResponse(t.Context(), organisation)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return *answer.JSON200
	}

	before := setup()
	require.False(t, before.Ready)
	require.Equal(t, b.github.URL, before.URL)

	page, err := url.Parse(before.AppPage)
	require.NoError(t, err)

	w := b.signedIn(t, "owner@example.com")
	require.Contains(t, w.get(t, page.Path+"?return_to="+back).text, `name="return_to" value="`+back+`"`)

	form := w.post(t, page.Path, url.Values{"name": {"Our Zeitwork"}, "return_to": {back}})
	action, manifest := formOf(t, form.text)
	made := githubtest.Post(t, action, map[string]string{"manifest": manifest}, map[string]string{"login": githubtest.Owner})
	require.NotNil(t, made.Location, made.Body)

	done := w.get(t, made.Location.RequestURI())
	require.Equal(t, http.StatusSeeOther, done.StatusCode, done.text)
	require.Equal(t, back, done.Header.Get("Location"))
	require.True(t, setup().Ready)
}
