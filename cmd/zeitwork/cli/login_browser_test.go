package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// devices is a platform that lets programs in once the user has decided, which its states say: what it answers to one question after the other.
type devices struct {
	url    string
	states []string

	mutex    sync.Mutex
	requests []string
}

func newDevices(t *testing.T, states ...string) *devices {
	t.Helper()

	d := &devices{states: states}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)

	d.url = server.URL

	return d
}

func (d *devices) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	sent, _ := io.ReadAll(r.Body)
	d.requests = append(d.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(sent)))

	w.Header().Set("Content-Type", "application/json")

	switch {
	case r.URL.Path == "/v1/device-logins":
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"device_code":"secret-code","user_code":"BCDF-GHJK","verification_uri":"`+d.url+`/device","verification_uri_complete":"`+
			d.url+`/device?user_code=BCDF-GHJK","expires_in":900,"interval":0}`)
	case r.URL.Path == "/v1/device-logins/token":
		state := d.states[0]
		d.states = d.states[1:]

		if state == "broken" {
			w.WriteHeader(http.StatusBadGateway)

			return
		}

		_, _ = io.WriteString(w, state)
	case r.Header.Get("Authorization") != "Bearer zwu_fresh":
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"detail":"The token is not valid."}`)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		_, _ = io.WriteString(w, `{"user":{"id":"0193a000-0000-7000-8000-000000000000","email":"me@example.com","name":"Me","operator":false},
			"token_id":"0193a000-0000-7000-8000-000000000001","organisations":[]}`)
	}
}

const (
	pending  = `{"state":"pending","interval":0}`
	slowDown = `{"state":"slow_down","interval":0}`
	signedIn = `{"state":"signed_in","token":{"id":"0193a000-0000-7000-8000-000000000001","name":"x","created_at":"2026-01-01T00:00:00Z","secret":"zwu_fresh"}}`
)

// runWithoutInput runs a command to which nothing is given to read.
func (b *testBundle) runWithoutInput(t *testing.T, arguments ...string) int {
	t.Helper()

	nothing, err := os.Open(os.DevNull)
	require.NoError(t, err)

	defer func() { _ = nothing.Close() }()

	b.out.Reset()
	b.err.Reset()

	err = Execute(t.Context(), testRoot(Terminal{In: nothing, Out: &b.out, Err: &b.err, Environ: b.environ}), arguments)
	if err != nil {
		b.err.WriteString(err.Error())
	}

	return ExitCode(err)
}

func TestLogin_ByABrowser_WaitsForTheUserAndKeepsTheToken(t *testing.T) {
	t.Parallel()

	b := setup(t)
	d := newDevices(t, pending, slowDown, "broken", signedIn)

	require.Equal(t, ExitOK, b.runWithoutInput(t, "login", "--api", d.url), b.err.String())
	require.Contains(t, b.err.String(), d.url+"/device?user_code=BCDF-GHJK")
	require.Contains(t, b.err.String(), "BCDF-GHJK")
	require.Contains(t, b.out.String(), "Signed in to "+d.url+" as me@example.com.")
	require.NotContains(t, b.out.String()+b.err.String(), "zwu_")
	require.NotContains(t, b.out.String()+b.err.String(), "secret-code")
	require.Contains(t, d.requests[1], `"machine":"zeitwork on `)

	// What login got by itself, logout ends.
	require.Equal(t, ExitOK, b.run(t, "logout"), b.err.String())
	require.Equal(t, "DELETE /v1/tokens/0193a000-0000-7000-8000-000000000001", d.requests[len(d.requests)-1])
}

func TestLogin_ByABrowser_DeclinedOrForgotten_KeepsNothing(t *testing.T) {
	t.Parallel()

	for state, said := range map[string]string{`{"state":"denied"}`: "kept this program out", `{"state":"expired"}`: "within 15m0s"} {
		b := setup(t)

		require.Equal(t, ExitSignedOut, b.runWithoutInput(t, "login", "--api", newDevices(t, pending, state).url))
		require.Contains(t, b.err.String(), said)
		require.NoDirExists(t, b.environ["XDG_CONFIG_HOME"]+"/zeitwork")
	}
}

func TestLogin_TokenThatWasGiven_IsNotRevokedByLogout(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.in = "zwu_fresh"
	d := newDevices(t)

	require.Equal(t, ExitOK, b.run(t, "login", "--api", d.url), b.err.String())
	require.Equal(t, ExitOK, b.run(t, "logout"))

	sent, err := json.Marshal(d.requests)
	require.NoError(t, err)
	require.NotContains(t, string(sent), "DELETE")
}

func TestMachineName_FitsThePlatform(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `^[^\x00-\x1f\x7f-\x9f]{1,100}$`, machineName())
}
