package edgeproxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// serverApps are the apps that TestServers runs: in Python for WSGI servers, which leave the body of a request unread, and in Node.
var serverApps = map[string]string{
	"app.py": "def application(environ, start_response):\n" +
		"    start_response('200 OK', [('Content-Length', '2')])\n    return [b'ok']\n",
	"app.js": "const s = require('node:http').createServer((q, r) => r.end('ok')); s.keepAliveTimeout = 100;\n" +
		"s.keepAliveTimeoutBuffer = 0; s.listen(process.env.PORT, '127.0.0.1')\n",
}

func TestServers_NoPostIsLost_HoweverTheyCloseTheirConnections(t *testing.T) {
	t.Parallel()

	const visitors = 3

	for name, test := range map[string]struct {
		command  []string
		requests int
		pause    time.Duration
	}{
		"uWSGI's http-socket": {requests: 100, command: []string{
			"uwsgi", "--plugin", "python3", "--http-socket", "127.0.0.1:PORT", "--wsgi-file", "app.py", "--processes", "2", "--die-on-term",
		}},
		"gunicorn's threads": {
			command: []string{"gunicorn", "--threads", "4", "--keep-alive", "1", "--bind", "127.0.0.1:PORT", "app:application"}, requests: 3, pause: time.Second,
		},
		"Node that keeps connections for a moment": {command: []string{"node", "app.js"}, requests: 30, pause: 99 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.serve(t, live(demoHost, serverProcess(t, test.command)))

			var all sync.WaitGroup

			for range visitors {
				all.Go(func() {
					for i := range test.requests {
						request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+b.address, strings.NewReader("charge the card"))
						if err != nil {
							t.Error(err)

							return
						}

						request.Host = demoHost

						response, err := b.client.Do(request)
						if err != nil {
							t.Error(err)

							return
						}

						_, _ = io.Copy(io.Discard, response.Body)
						_ = response.Body.Close()

						if response.StatusCode != http.StatusOK {
							t.Errorf("request %d: %s", i, response.Status)
						}

						time.Sleep(test.pause) // About as long as the server keeps a connection.
					}
				})
			}

			all.Wait()
		})
	}
}

// serverProcess runs a server on a free port, which takes the place of PORT, and returns when it listens.
func serverProcess(t *testing.T, command []string) client.Upstream {
	t.Helper()

	path, err := exec.LookPath(command[0])
	if err != nil {
		t.Skipf("it needs %s", command[0])
	}

	folder := t.TempDir()
	for name, text := range serverApps {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}

	address := down(t).Address
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)

	process := exec.Command(path)
	for _, argument := range command[1:] {
		process.Args = append(process.Args, strings.ReplaceAll(argument, "PORT", port))
	}

	var output lockedBuffer

	process.Dir, process.Env, process.Stdout, process.Stderr = folder, append(os.Environ(), "PORT="+port), &output, &output
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, process.Start())

	ended := make(chan error, 1)

	go func() { ended <- process.Wait() }()

	t.Cleanup(func() {
		// With all of its workers: uWSGI's outlive it, and would keep the pipe of its output open.
		_ = syscall.Kill(-process.Process.Pid, syscall.SIGKILL)
		t.Log("the server ended:", <-ended)
	})

	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}

		return err == nil
	}, patience, 10*time.Millisecond, "%s", fmt.Stringer(&output))

	return client.Upstream{VMID: id.New(), Address: address}
}
