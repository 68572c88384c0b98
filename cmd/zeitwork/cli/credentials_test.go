package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// testBundle is a command line with a home of its own.
type testBundle struct {
	out, err bytes.Buffer
	in       string
	environ  map[string]string
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	return &testBundle{environ: map[string]string{"XDG_CONFIG_HOME": t.TempDir()}}
}

func (b *testBundle) run(t *testing.T, arguments ...string) int {
	t.Helper()
	b.out.Reset()
	b.err.Reset()

	root := &cobra.Command{SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(Commands(Terminal{
		In: strings.NewReader(b.in), Out: &b.out, Err: &b.err, Environ: b.environ,
	})...)
	root.SetArgs(arguments)

	err := root.ExecuteContext(t.Context())
	if err != nil {
		b.err.WriteString(err.Error())
	}

	return ExitCode(err)
}

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
	require.NoFileExists(t, path)
}

func TestLogin_WrongToken_KeepsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.in = "zwu_wrong"

	require.Equal(t, ExitSignedOut, b.run(t, "login", "--api", platform(t, "zwu_right")))
	require.NoFileExists(t, filepath.Join(b.environ["XDG_CONFIG_HOME"], "zeitwork", "credentials.json"))
}

func TestCommands_SignedOut_SayHowToSignIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, ExitSignedOut, b.run(t, "projects"))
	require.Contains(t, b.err.String(), "zeitwork login")
}

func TestReadVariable_FromStandardInput_LosesItsLastNewlineOnly(t *testing.T) {
	t.Parallel()

	a := &app{Terminal: Terminal{In: strings.NewReader("one\ntwo\n\n")}}

	name, value, err := a.readVariable("KEY", "")
	require.NoError(t, err)
	require.Equal(t, "KEY", name)
	require.Equal(t, "one\ntwo\n", value)

	_, value, err = a.readVariable("KEY=a=b", "")
	require.NoError(t, err)
	require.Equal(t, "a=b", value)
}
