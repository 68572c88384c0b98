package edgeproxy

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lateListener hands over each connection, or the first bytes of it, only once the listener is closed.
type lateListener struct {
	net.Listener

	// late says that bytes are late, and not connections.
	late   bool
	came   chan struct{}
	once   sync.Once
	closed chan struct{}
}

func (l *lateListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}

	close(l.came)

	if l.late {
		return &lateConnection{connection, l.closed}, nil
	}

	<-l.closed

	return connection, nil
}

func (l *lateListener) Close() error {
	defer l.once.Do(func() { close(l.closed) })

	return l.Listener.Close()
}

// networkTime is how long the bytes of a client are on their way.
const networkTime = 50 * time.Millisecond

type lateConnection struct {
	net.Conn

	closed chan struct{}
}

func (c *lateConnection) Read(buffer []byte) (int, error) {
	<-c.closed
	time.Sleep(networkTime)

	return c.Conn.Read(buffer)
}

func TestDrain_Stop_RequestsOfConnectionsThatWereJustAcceptedAreAnswered(t *testing.T) {
	t.Parallel()

	for name, late := range map[string]bool{"accepted last": false, "first bytes come late": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			inner, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)

			listener := &lateListener{Listener: inner, late: late, came: make(chan struct{}), closed: make(chan struct{})}
			p := newPlatform(t)
			b := startOn(t, p, configFor(t, p), slog.New(slog.DiscardHandler), listener)
			b.serve(t, live(demoHost, app(t, says("whole"))))

			result := make(chan answer, 1)
			request := b.request(t, http.MethodPost, demoHost, "/", http.NoBody) // net/http's client repeats no POST.

			go func() {
				response, err := b.client.Do(request)
				if err != nil {
					result <- answer{err: err}

					return
				}
				defer func() { _ = response.Body.Close() }()

				body, err := io.ReadAll(response.Body)
				result <- answer{response.StatusCode, string(body), err}
			}()

			<-listener.came
			b.stop()
			require.Equal(t, answer{status: http.StatusOK, body: "whole"}, <-result)
			<-b.stopped
		})
	}
}
