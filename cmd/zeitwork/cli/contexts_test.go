package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestContexts_EachTokenGoesToItsOwnPlatformAlone(t *testing.T) {
	t.Parallel()

	one, two := platform(t, "zwu_one"), platform(t, "zwu_two")
	b := setup(t)

	b.in = "zwu_one"
	require.Equal(t, ExitOK, b.run(t, "login", "--api", one, "--context", "first"), b.err.String())

	b.in = "zwu_two"
	require.Equal(t, ExitOK, b.run(t, "login", "--api", two), b.err.String())

	// Each of these platforms accepts no token but its own.
	require.Equal(t, ExitOK, b.run(t, "whoami"))
	require.Contains(t, b.out.String(), two)
	require.Equal(t, ExitOK, b.run(t, "whoami", "--context", "first"))
	require.Contains(t, b.out.String(), one)

	require.Equal(t, ExitOK, b.run(t, "contexts", "use", "first"))
	require.Equal(t, ExitOK, b.run(t, "whoami"))
	require.Contains(t, b.out.String(), one)
	require.Equal(t, ExitOK, b.run(t, "contexts"))
	require.Regexp(t, `(?m)^\* +first +`+one+`$`, b.out.String())

	require.Equal(t, ExitUsage, b.run(t, "whoami", "--context", "third"))
	require.Contains(t, b.err.String(), "first")

	// Signing out of the current one chooses no other one by itself.
	require.Equal(t, ExitOK, b.run(t, "logout"))
	require.Equal(t, ExitSignedOut, b.run(t, "whoami"))
	require.Contains(t, b.err.String(), "zeitwork contexts use")
}

func TestEnvironment_NeverPairsATokenWithAnotherAddress(t *testing.T) {
	t.Parallel()

	asked := false
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(stranger.Close)

	b := setup(t)
	b.in = "zwu_one"
	own := platform(t, "zwu_one")
	require.Equal(t, ExitOK, b.run(t, "login", "--api", own))

	b.environ["ZEITWORK_API_URL"] = stranger.URL
	require.Equal(t, ExitSignedOut, b.run(t, "whoami"))
	require.Contains(t, b.err.String(), "not signed in to "+stranger.URL)
	require.False(t, asked, "the token that login has kept went to another host")

	b.environ["ZEITWORK_API_URL"] = own + "/v1/"
	require.Equal(t, ExitOK, b.run(t, "whoami"), "the address alone chooses among those that one is signed in to")

	b.environ["ZEITWORK_API_URL"], b.environ["ZEITWORK_TOKEN"] = "", "zwu_other"
	require.Equal(t, ExitUsage, b.run(t, "whoami"))
	require.Contains(t, b.err.String(), "ZEITWORK_API_URL")
}

func TestConnect_RedirectToAnotherHost_IsNotFollowed(t *testing.T) {
	t.Parallel()

	asked := false
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(stranger.Close)

	hijacked := httptest.NewServer(http.RedirectHandler(stranger.URL, http.StatusTemporaryRedirect))
	t.Cleanup(hijacked.Close)

	b := setup(t)
	b.environ["ZEITWORK_API_URL"], b.environ["ZEITWORK_TOKEN"] = hijacked.URL, "zwu_one"
	require.Equal(t, ExitUsage, b.run(t, "whoami"))
	require.Contains(t, b.err.String(), stranger.URL)

	b.in = "zwu_one"
	require.Equal(t, ExitUsage, b.run(t, "login", "--api", hijacked.URL))
	require.Contains(t, b.err.String(), "--api "+stranger.URL)
	require.False(t, asked)
}

func TestCredentials_OfOnePlatform_AreAContext(t *testing.T) {
	t.Parallel()

	b := setup(t)
	url := platform(t, "zwu_one")
	folder := filepath.Join(b.environ["XDG_CONFIG_HOME"], "zeitwork")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "credentials.json"), []byte(`{"api":"`+url+`/","token":"zwu_one"}`), 0o600))

	require.Equal(t, ExitOK, b.run(t, "whoami"), b.err.String())
}
