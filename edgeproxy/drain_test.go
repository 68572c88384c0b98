package edgeproxy

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

type answer struct {
	status int
	body   string
	err    error
}

// inFlight starts a request that the app holds until finish is closed, and returns when the app has it.
func (b *testBundle) inFlight(t *testing.T) (finish chan struct{}, result chan answer) {
	t.Helper()

	begun := make(chan struct{})
	finish, result = make(chan struct{}), make(chan answer, 1)

	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)

		select {
		case <-finish:
			_, _ = io.WriteString(w, "whole")
		case <-r.Context().Done():
		}
	})))

	request := b.request(t, http.MethodGet, demoHost, "/", nil)

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

	<-begun

	return finish, result
}

func TestDrain_Flip_RequestsOnTheOldVMEndByThemselves(t *testing.T) {
	t.Parallel()

	b := setup(t)
	finish, result := b.inFlight(t)

	b.serve(t, live(demoHost, app(t, says("new"))))

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "new", body)

	close(finish)
	require.Equal(t, answer{status: http.StatusOK, body: "whole"}, <-result)
}

func TestDrain_HostnameTakenAway_RequestsInFlightEndByThemselves(t *testing.T) {
	t.Parallel()

	b := setup(t)
	finish, result := b.inFlight(t)

	b.serve(t)

	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusNotFound, response.StatusCode)

	close(finish)
	require.Equal(t, answer{status: http.StatusOK, body: "whole"}, <-result)
}

func TestDrain_Stop_TakesNoNewConnectionsAndLetsRequestsEnd(t *testing.T) {
	t.Parallel()

	b := setup(t)
	finish, result := b.inFlight(t)

	b.stop()
	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", b.address)
		if err == nil {
			_ = connection.Close()
		}

		return err != nil
	}, patience, frequency)

	close(finish)
	require.Equal(t, answer{status: http.StatusOK, body: "whole"}, <-result)

	<-b.stopped
}

func TestDrain_Stop_WaitsForWebSockets(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, websocketEcho)))

	connection := b.websocket(t)
	requireEcho(t, connection, "before")
	b.stop()
	require.Eventually(t, b.proxy.handler.draining.Load, patience, frequency)
	requireEcho(t, connection, "while draining")

	select {
	case <-b.stopped:
		t.Fatal("stopped under an open WebSocket")
	default:
	}

	require.NoError(t, connection.Close(websocket.StatusNormalClosure, ""))
	<-b.stopped
}

func TestDrain_TimeoutPasses_TheRestIsCutOffAndNotAnsweredWithNothing(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.DrainTimeout = 50 * time.Millisecond })
	_, result := b.inFlight(t)
	b.stop()

	require.Error(t, (<-result).err)
	<-b.stopped
}

func TestDrain_TimeoutPasses_WebSocketsAreCutOff(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.DrainTimeout = 50 * time.Millisecond })
	b.serve(t, live(demoHost, app(t, websocketEcho)))

	connection := b.websocket(t)
	requireEcho(t, connection, "before")
	b.stop()

	_, _, err := connection.Read(t.Context())
	require.Error(t, err)
	<-b.stopped
}

func TestDrain_Stop_SaysSoBeforeConnectionsAreRefused(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.DrainDelay = 500 * time.Millisecond })
	b.serve(t, live(demoHost, app(t, websocketEcho)), live("page.example.com", app(t, says("page"))))

	response, _ := b.get(t, "page.example.com", "/")
	require.NotEqual(t, "close", response.Header.Get("Connection"))

	begun := time.Now()

	b.stop()
	require.Eventually(t, b.proxy.handler.draining.Load, patience, frequency)

	response, _ = b.get(t, demoHost, healthPath)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)

	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: page.example.com\r\n\r\n")
	require.NoError(t, err)

	answered, err := io.ReadAll(connection)
	require.NoError(t, err)
	require.True(t, contains(string(answered), "200 OK", "Connection: close", "page"), "%s", answered)

	socket := b.websocket(t)
	requireEcho(t, socket, "while the balancer finds out")
	require.NoError(t, socket.Close(websocket.StatusNormalClosure, ""))

	<-b.stopped
	require.GreaterOrEqual(t, time.Since(begun), 500*time.Millisecond)
}
