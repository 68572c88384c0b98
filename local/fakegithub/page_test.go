package fakegithub_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServer_AnswersItsOwnMachineAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for from, status := range map[string]int{"127.0.0.1:1000": 200, "[::1]:1000": 200, "192.0.2.1:1000": 403, "10.0.0.1:1000": 403} {
		request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		request.RemoteAddr = from
		answer := httptest.NewRecorder()
		b.Server.Server.ServeHTTP(answer, request)
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
