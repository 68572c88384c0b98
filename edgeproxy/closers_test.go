package edgeproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// rawApp is an app whose connections a test serves byte by byte. It counts how often each request was read.
type rawApp struct {
	client.Upstream

	connections atomic.Int64
	mutex       sync.Mutex
	read        map[string]int
}

// newRawApp serves each connection with a function that owns it.
func newRawApp(t *testing.T, serve func(*rawApp, *net.TCPConn)) *rawApp {
	t.Helper()

	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)

	a := &rawApp{Upstream: client.Upstream{VMID: id.New(), Address: listener.Addr().String()}, read: map[string]int{}}

	var running sync.WaitGroup

	running.Go(func() {
		for {
			connection, err := listener.AcceptTCP()
			if err != nil {
				return
			}

			a.connections.Add(1)
			running.Go(func() { serve(a, connection) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		running.Wait()
	})

	return a
}

// readHead reads a request up to its body.
func (a *rawApp) readHead(from *bufio.Reader) (*http.Request, error) {
	request, err := http.ReadRequest(from)
	if err != nil {
		return nil, err
	}

	a.mutex.Lock()
	defer a.mutex.Unlock()

	a.read[request.URL.Path]++

	return request, nil
}

func (a *rawApp) requireEachOnce(t *testing.T, requests int) {
	t.Helper()

	a.mutex.Lock()
	defer a.mutex.Unlock()

	require.Equal(t, requests, len(a.read), "requests that the app has read") //nolint:testifylint // Len would print all of them.

	for path, times := range a.read {
		require.Equal(t, 1, times, "%s was sent again although it had been read", path)
	}
}

const rawAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// closesAfterEach answers one request and closes the connection without a word about it, as uWSGI's http-socket does.
func closesAfterEach(readBody bool) func(*rawApp, *net.TCPConn) {
	return func(a *rawApp, connection *net.TCPConn) {
		defer func() { _ = connection.Close() }()

		request, err := a.readHead(bufio.NewReaderSize(connection, 16))
		if err != nil {
			return
		}

		if readBody {
			_, _ = io.Copy(io.Discard, request.Body)
		}

		_, _ = io.WriteString(connection, rawAnswer)
	}
}

// closesWhenIdle keeps connections open, and closes one that has had no request for a while.
func closesWhenIdle(after time.Duration, header string) func(*rawApp, *net.TCPConn) {
	return func(a *rawApp, connection *net.TCPConn) {
		defer func() { _ = connection.Close() }()

		requests := bufio.NewReader(connection)

		for idle := patience; ; idle = after {
			_ = connection.SetReadDeadline(time.Now().Add(idle))

			request, err := a.readHead(requests)
			if err != nil {
				return
			}

			_, _ = io.Copy(io.Discard, request.Body)
			_, _ = io.WriteString(connection, strings.Replace(rawAnswer, "\r\n", "\r\n"+header, 1))
		}
	}
}

// stopsReading answers one request, says nothing more, and closes its side; what comes later it throws away, as servers with a lingering
// close do.
func stopsReading(a *rawApp, connection *net.TCPConn) {
	defer func() { _ = connection.Close() }()

	request, err := a.readHead(bufio.NewReader(connection))
	if err != nil {
		return
	}

	_, _ = io.Copy(io.Discard, request.Body)
	_, _ = io.WriteString(connection, rawAnswer)
	_ = connection.CloseWrite()
	_, _ = io.Copy(io.Discard, connection)
}

func TestClosers_AppClosesItsConnections_NoPostIsLostOrSentTwice(t *testing.T) {
	t.Parallel()

	const (
		visitors = 4
		requests = 100
	)

	for name, test := range map[string]struct {
		serve func(*rawApp, *net.TCPConn)
		pause time.Duration
	}{
		"after each answer":                     {serve: closesAfterEach(true)},
		"after each answer with unread body":    {serve: closesAfterEach(false)},
		"its side after each answer":            {serve: stopsReading},
		"when idle, just as the next one comes": {closesWhenIdle(3*time.Millisecond, ""), 3 * time.Millisecond},
		"when idle, and says so":                {closesWhenIdle(time.Second, "Keep-Alive: timeout=1\r\n"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			a := newRawApp(t, test.serve)
			b := setup(t)
			b.serve(t, live(demoHost, a.Upstream))

			var all sync.WaitGroup

			for visitor := range visitors {
				all.Go(func() {
					for i := range requests {
						path := fmt.Sprintf("/%d/%d", visitor, i)

						request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+b.address+path, strings.NewReader("charge the card"))
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
							t.Errorf("%s: %s", path, response.Status)
						}

						time.Sleep(test.pause) // The app's idle time: the next request meets its end.
					}
				})
			}

			all.Wait()
			a.requireEachOnce(t, visitors*requests)
		})
	}
}

func TestClosers_AppAnnouncesHowLongItKeepsConnections_IsBelieved(t *testing.T) {
	t.Parallel()

	for header, kept := range map[string]bool{"timeout=0": false, "timeout=5, max=100": true, "max=7": true, "timeout=nonsense": true} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()

			a := newRawApp(t, closesWhenIdle(patience, "Keep-Alive: "+header+"\r\n"))
			b := setup(t)
			b.serve(t, live(demoHost, a.Upstream))

			for range 3 {
				response, _ := b.get(t, demoHost, "/")
				require.Equal(t, http.StatusOK, response.StatusCode)
			}

			require.Equal(t, kept, a.connections.Load() == 1, "%d connections", a.connections.Load())
			b.proxy.closeIdle()
		})
	}
}
