package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"
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

// testRoot is a root command with the commands of this package alone.
func testRoot(terminal Terminal) *cobra.Command {
	root := &cobra.Command{Use: "zeitwork", SilenceErrors: true, SilenceUsage: true}
	root.AddGroup(Groups()...)
	root.AddCommand(Commands(terminal)...)
	root.SetOut(terminal.Out)
	root.SetErr(terminal.Err)

	return root
}

func (b *testBundle) run(t *testing.T, arguments ...string) int {
	t.Helper()
	b.out.Reset()
	b.err.Reset()

	err := Execute(t.Context(), testRoot(Terminal{In: strings.NewReader(b.in), Out: &b.out, Err: &b.err, Environ: b.environ}), arguments)
	if err != nil {
		b.err.WriteString(err.Error())
	}

	return ExitCode(err)
}

// fakeAPI answers each "METHOD path" with the body given, and a path with a query as well as the path alone. Everything else is not found. A search for
// organisations by their slug finds none unless the answer to it is given.
type fakeAPI struct {
	url     string
	answers map[string]string
	then    func(request string) // What happens at the platform behind an answer; it may be nil.

	mutex    sync.Mutex
	requests []string // Each "METHOD path body".
}

func newFakeAPI(t *testing.T, answers map[string]string) *fakeAPI {
	t.Helper()

	f := &fakeAPI{answers: answers}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)

	f.url = server.URL

	return f
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent, _ := io.ReadAll(r.Body)

	f.mutex.Lock()
	f.requests = append(f.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(sent)))
	body, known := f.answers[r.Method+" "+r.URL.RequestURI()]

	if !known {
		body, known = f.answers[r.Method+" "+r.URL.Path]

		if r.URL.Path == "/v1/organisations" && r.URL.Query().Has("slug") {
			body = `{"items":[]}`
		}
	}

	if f.then != nil {
		f.then(r.Method + " " + r.URL.Path)
	}
	f.mutex.Unlock()

	if r.Method == http.MethodPost && r.URL.Path == "/v1/projects" && known {
		body = with(body, sent)
	}

	switch {
	case !known:
		w.WriteHeader(http.StatusNotFound)
	case strings.HasPrefix(body, "event:"):
		w.Header().Set("Content-Type", "text/event-stream")
	default:
		w.Header().Set("Content-Type", "application/json")
	}

	switch {
	case r.Method == http.MethodDelete && known:
		w.WriteHeader(http.StatusNoContent)
	case strings.HasSuffix(r.URL.Path, "/accept"), strings.HasSuffix(r.URL.Path, "/restore"):
	case r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/invitations") || strings.HasSuffix(r.URL.Path, "/domains") ||
		strings.HasSuffix(r.URL.Path, "/notification-channels") || strings.HasSuffix(r.URL.Path, "/rotate-key")):
		w.WriteHeader(http.StatusCreated)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/test"):
		w.WriteHeader(http.StatusAccepted)
	case r.Method == http.MethodPost && (strings.Contains(body, `"trigger"`) || strings.Contains(body, `"slug"`) || strings.Contains(body, `"secret"`)):
		w.WriteHeader(http.StatusCreated)
	}

	_, _ = io.WriteString(w, body)
}

// with returns a JSON object with the members of another one in it.
func with(object string, other []byte) string {
	members := map[string]any{}

	for _, text := range [][]byte{[]byte(object), other} {
		if err := json.Unmarshal(text, &members); err != nil {
			return err.Error()
		}
	}

	merged, _ := json.Marshal(members) //nolint:errchkjson // It was JSON before.

	return string(merged)
}

// sent returns the bodies of the requests for "METHOD path".
func (f *fakeAPI) sent(request string) []string {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	var bodies []string

	for _, r := range f.requests {
		if body, ok := strings.CutPrefix(r, request+" "); ok {
			bodies = append(bodies, body)
		} else if r == request {
			bodies = append(bodies, "")
		}
	}

	return bodies
}

// signedInTo returns a command line that is signed in to the API by its environment.
func signedInTo(t *testing.T, f *fakeAPI) *testBundle {
	t.Helper()

	b := setup(t)
	b.environ["ZEITWORK_API_URL"], b.environ["ZEITWORK_TOKEN"] = f.url, "zwu_x"

	return b
}

// runAgainst runs a command against a fakeAPI and returns the exit code and what the command wrote.
func runAgainst(t *testing.T, answers map[string]string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()

	b := signedInTo(t, newFakeAPI(t, answers))
	code = b.run(t, arguments...)

	return code, b.out.String(), b.err.String()
}
