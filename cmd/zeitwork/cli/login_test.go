package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// platform answers get-me for one token.
func platform(t *testing.T, token string) string {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")

		if r.URL.Path != "/v1/me" || r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"detail":"The token is not valid."}`))

			return
		}

		_, _ = w.Write([]byte(`{"user":{"id":"0193a000-0000-7000-8000-000000000000","email":"me@example.com","name":"Me","operator":false},"organisations":[]}`))
	}))
	t.Cleanup(server.Close)

	return server.URL
}

func TestLogin_KeepsTheTokenForItsOwnerAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.in = "zwu_right\n"

	require.Equal(t, ExitOK, b.run(t, "login", "--api", platform(t, "zwu_right")), b.err.String())
	require.Contains(t, b.out.String(), "me@example.com")
	require.NotContains(t, b.out.String()+b.err.String(), "zwu_right")

	path := filepath.Join(b.environ["XDG_CONFIG_HOME"], "zeitwork", "credentials.json")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())

	require.Equal(t, ExitOK, b.run(t, "logout"))

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(content), "zwu_")
}

func TestLogin_WrongToken_KeepsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.in = "zwu_wrong"

	require.Equal(t, ExitSignedOut, b.run(t, "login", "--api", platform(t, "zwu_right")))
	require.NoFileExists(t, filepath.Join(b.environ["XDG_CONFIG_HOME"], "zeitwork", "credentials.json"))
}

func TestLogin_AtSomethingElse_SaysSoBeforeATokenIsSent(t *testing.T) {
	t.Parallel()

	sent := ""
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent += r.Header.Get("Authorization")

		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(edge.Close)

	b := setup(t)
	b.in = "zwu_right"
	require.Equal(t, ExitUsage, b.run(t, "login", "--api", edge.URL))
	require.Contains(t, b.err.String(), "no platform's API")
	require.Empty(t, sent)
}

func TestLogin_AddressWithThePathOfTheAPI_IsThePlatforms(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.in = "zwu_right"
	url := platform(t, "zwu_right")
	require.Equal(t, ExitOK, b.run(t, "login", "--api", url+"/v1/docs"), b.err.String())
	require.Contains(t, b.out.String(), "Signed in to "+url+" as")
}
