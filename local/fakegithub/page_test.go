package fakegithub_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

func TestServer_AnswersItsOwnMachineAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for from, status := range map[string]int{"127.0.0.1:1000": 200, "[::1]:1000": 200, "192.0.2.1:1000": 403, "10.0.0.1:1000": 403} {
		request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		request.RemoteAddr = from
		answer := httptest.NewRecorder()
		b.ServeHTTP(answer, request)
		require.Equal(t, status, answer.Code, from)
	}
}

func TestPage_FormOfAnotherSite_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, path := range []string{"/login/oauth/authorize", "/login/device", "/github-apps/zeitwork/installations/new", "/settings/apps/manifest"} {
		refused := b.ask(t, http.MethodPost, path, "", "", "Sec-Fetch-Site", "cross-site")
		require.Equal(t, http.StatusForbidden, refused.status, path)
	}

	// An app's manifest comes from the app's own site.
	asked := b.ask(t, http.MethodPost, "/settings/apps/new", "", "manifest=%7B%7D", "Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusUnprocessableEntity, asked.status)
	require.Contains(t, asked.body, "The manifest&#39;s")
}

func TestServer_OfItsOwn_LeavesNothingBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())

	server, err := fakegithub.New(fakegithub.Options{})
	require.NoError(t, err)
	server.AddUser("ada")

	app, err := server.AddApp("ada", fakegithub.Manifest{Name: "App"})
	require.NoError(t, err)
	require.Contains(t, app.PrivateKey, "RSA PRIVATE KEY")

	entries, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Len(t, entries, 1)

	require.NoError(t, server.Close())
	entries, err = os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestExchange_AnswersAsItIsAsked(t *testing.T) {
	t.Parallel()

	b := setup(t)
	form := url.Values{"client_id": {b.App.ClientID}, "client_secret": {b.App.ClientSecret}, "code": {"none"}}.Encode()

	asked := b.ask(t, http.MethodPost, "/login/oauth/access_token", "", form, "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusOK, asked.status)
	answered, err := url.ParseQuery(asked.body)
	require.NoError(t, err)
	require.Equal(t, "bad_verification_code", answered.Get("error"))

	asked = b.ask(t, http.MethodPost, "/login/oauth/access_token", "", `{"client_id":"`+b.App.ClientID+`","client_secret":"wrong","code":"none"}`,
		"Content-Type", "application/json", "Accept", "application/json")
	require.Equal(t, "incorrect_client_credentials", asked.field(t, "error"))
}
