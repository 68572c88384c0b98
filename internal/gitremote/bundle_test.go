package gitremote

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// testBundle is a repository, git's own server for it, and a client.
type testBundle struct {
	directory string
	// backend is git's own server, as a web server would run it.
	backend http.Handler
	server  *httptest.Server
	client  *Client

	mutex sync.Mutex
	// requests are those that the server got, as in "GET /app/info/refs".
	requests []string
	// protocol is what the server is told to speak, in place of what the client wants; empty for that.
	protocol string
	// handler answers in place of git, where it is set.
	handler     http.HandlerFunc
	connections int
}

func setup(tb testing.TB, initOptions ...string) *testBundle {
	tb.Helper()

	b := &testBundle{directory: filepath.Join(tb.TempDir(), "app")}
	require.NoError(tb, os.Mkdir(b.directory, 0o755))
	b.git(tb, append([]string{"init", "--quiet", "--initial-branch=main"}, initOptions...)...)

	b.backend = b.newBackend(tb)
	b.server = httptest.NewUnstartedServer(http.HandlerFunc(b.serve))
	b.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			b.mutex.Lock()
			b.connections++
			b.mutex.Unlock()
		}
	}
	b.server.Start()
	tb.Cleanup(b.server.Close)

	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	tb.Cleanup(transport.CloseIdleConnections)
	b.client = New(transport, []string{"http", "https"})

	return b
}

func (b *testBundle) newBackend(tb testing.TB) http.Handler {
	tb.Helper()

	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(b.git(tb, "--exec-path")), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(b.directory), "GIT_HTTP_EXPORT_ALL=1"}, Stderr: io.Discard,
	}

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mutex.Lock()
		if b.protocol != "" {
			r.Header.Set("Git-Protocol", b.protocol)
		}
		b.mutex.Unlock()

		backend.ServeHTTP(w, r)
	})
}

func (b *testBundle) serve(w http.ResponseWriter, r *http.Request) {
	b.mutex.Lock()
	b.requests = append(b.requests, r.Method+" "+r.URL.Path)
	handler := b.handler
	b.mutex.Unlock()

	if handler == nil {
		handler = b.backend.ServeHTTP
	}

	handler(w, r)
}

func (b *testBundle) url() string { return b.server.URL + "/app" }

func (b *testBundle) speak(protocol string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.protocol = protocol
}

func (b *testBundle) answer(handler http.HandlerFunc) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.handler = handler
}

// asked returns the requests since the last call.
func (b *testBundle) asked() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	asked := b.requests
	b.requests = nil

	return asked
}

func (b *testBundle) git(tb testing.TB, arguments ...string) string {
	tb.Helper()

	command := exec.CommandContext(tb.Context(), "git", arguments...)
	command.Dir = b.directory
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")

	output, err := command.CombinedOutput()
	require.NoError(tb, err, string(output))

	return string(output)
}

func (b *testBundle) commit(tb testing.TB) string {
	tb.Helper()
	b.git(tb, "commit", "--quiet", "--allow-empty", "--message", "A commit")

	return b.hash(tb, "HEAD")
}

func (b *testBundle) hash(tb testing.TB, name string) string {
	tb.Helper()

	return strings.TrimSpace(b.git(tb, "rev-parse", name))
}

func (b *testBundle) list(t *testing.T, prefixes ...string) []Ref {
	t.Helper()

	refs, err := b.client.ListRefs(t.Context(), Request{URL: b.url(), Prefixes: prefixes})
	require.NoError(t, err)

	return refs
}
