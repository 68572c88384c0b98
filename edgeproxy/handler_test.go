package edgeproxy

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/setting"
)

func inState(host string, state client.RouteState) client.Route {
	return client.Route{Hostname: host, State: state}
}

func TestHandler_EveryStateHasItsPage(t *testing.T) {
	t.Parallel()

	b := impatient(setup(t))
	b.serve(t, inState("empty.example.com", client.RouteStateEmpty), inState("starting.example.com", client.RouteStateStarting),
		inState("asleep.example.com", client.RouteStateAsleep),
		live("nobody.example.com"), live("down.example.com", down(t)))

	for _, want := range []struct {
		host, code string
		status     int
		retry      string
	}{
		{"unknown.example.com", "unknown_host", http.StatusNotFound, ""},
		{"127.0.0.1", "unknown_host", http.StatusNotFound, ""},
		{"empty.example.com", "nothing_deployed", http.StatusNotFound, ""},
		{"starting.example.com", "deployment_starting", http.StatusServiceUnavailable, "5"},
		{"asleep.example.com", "deployment_asleep", http.StatusServiceUnavailable, ""},
		{"nobody.example.com", "app_down", http.StatusServiceUnavailable, "5"},
		{"down.example.com", "app_down", http.StatusServiceUnavailable, "5"},
		{"user@example.com", "bad_host", http.StatusBadRequest, ""},
	} {
		request := b.request(t, http.MethodGet, want.host, "/", nil)
		response, body := b.do(t, request)

		var problem struct {
			Title     string `json:"title"`
			Detail    string `json:"detail"`
			Code      string `json:"code"`
			Status    int    `json:"status"`
			RequestID string `json:"request_id"`
		}

		require.Equal(t, want.status, response.StatusCode, want.host)
		require.Equal(t, want.retry, response.Header.Get("Retry-After"), want.host)
		require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
		require.NoError(t, json.Unmarshal([]byte(body), &problem))
		require.Equal(t, want.code, problem.Code, want.host)
		require.Equal(t, want.status, problem.Status)
		require.NotEmpty(t, problem.Title)
		require.NotEmpty(t, problem.Detail)
		require.Equal(t, response.Header.Get("X-Request-Id"), problem.RequestID)

		request = b.request(t, http.MethodGet, want.host, "/", nil)
		request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		response, body = b.do(t, request)
		require.Equal(t, want.status, response.StatusCode, want.host)
		require.Equal(t, "text/html; charset=utf-8", response.Header.Get("Content-Type"))
		require.True(t, contains(body, `<html lang="en">`, "<title>", "<main>", "<h1>", problem.Title, response.Header.Get("X-Request-Id")), body)
		require.NotContains(t, body, "http:", "the page loads nothing")
	}
}

func TestHandler_UnknownHost_AsksNobody(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("one"))))

	polls := b.platform.polls.Load()

	for range 100 {
		response, _ := b.get(t, "unknown.example.com", "/")
		require.Equal(t, http.StatusNotFound, response.StatusCode)
	}

	require.Equal(t, polls, b.platform.polls.Load())
}

func TestHandler_HostIsFoundInAnySpelling(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })))

	for _, host := range []string{"demo.example.com", "DEMO.Example.Com", "demo.example.com.", "demo.example.com:8080"} {
		response, body := b.get(t, host, "/")
		require.Equal(t, http.StatusOK, response.StatusCode, host)
		require.Equal(t, host, body, "the app sees the Host as it was sent")
	}
}

func TestHandler_NoTableYet_SaysSo(t *testing.T) {
	t.Parallel()

	p := newPlatform(t)
	p.away.Store(true)
	b := start(t, p, Config{API: setting.API{APIURL: p.URL}, Token: edgeToken, DataDir: t.TempDir(), DrainTimeout: patience})

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Contains(t, body, "edge_starting")

	response, _ = b.get(t, demoHost, healthPath)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
}

func TestHandler_HealthAnswersOnEveryHost(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("the app"))))

	for _, host := range []string{demoHost, "unknown.example.com", "10.0.0.1:80", "user@example.com"} {
		response, body := b.get(t, host, healthPath)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, "ok\n", body)
		require.NotEmpty(t, response.Header.Get("X-Request-Id"))
	}
}

func TestHandler_HeadGetsNoBody(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t)

	answer := b.raw(t, "HEAD / HTTP/1.1\r\nHost: unknown.example.com\r\nConnection: close\r\n\r\n")
	require.True(t, strings.HasSuffix(answer, "\r\n\r\n"), answer)
	require.Contains(t, answer, "404")
}

func TestHandler_ConnectIsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("one"))))

	answer := b.raw(t, "CONNECT "+demoHost+":443 HTTP/1.1\r\nHost: "+demoHost+":443\r\nConnection: close\r\n\r\n")
	require.Contains(t, answer, "405 Method Not Allowed")
}

func TestHandler_AppTooSlow_IsATimeout(t *testing.T) {
	t.Parallel()

	release := make(chan struct{})
	b := setup(t, func(c *Config) { c.ResponseTimeout = 20 * time.Millisecond })
	b.serve(t, live(demoHost, app(t, func(http.ResponseWriter, *http.Request) { <-release })))
	t.Cleanup(func() { close(release) })

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusGatewayTimeout, response.StatusCode)
	require.Contains(t, body, "app_slow")
}

func TestHandler_AppTakesNothingOfABody_IsATimeout(t *testing.T) {
	t.Parallel()

	done := make(chan struct{})
	b := setup(t, func(c *Config) { c.ResponseTimeout = 200 * time.Millisecond })
	b.serve(t, live(demoHost, byHand(t, func(net.Conn) { <-done })))
	t.Cleanup(func() { close(done) })

	response, body := b.do(t, b.request(t, http.MethodPost, demoHost, "/", io.LimitReader(zeros{}, 64<<20)))
	require.Equal(t, http.StatusGatewayTimeout, response.StatusCode)
	require.Contains(t, body, "app_slow")
}

func TestHandler_AppSpeaksNoHTTP_IsABadGateway(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	var connections sync.WaitGroup

	connections.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			_, _ = io.WriteString(connection, "SSH-2.0-OpenSSH\r\n")
			_ = connection.Close()
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		connections.Wait()
	})

	b := setup(t)
	b.serve(t, live(demoHost, client.Upstream{Address: listener.Addr().String()}))

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Contains(t, body, "app_failed")
}

func TestHandler_AppBreaksOffInTheMiddle_TheClientNotices(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})))

	response, err := b.client.Do(b.request(t, http.MethodGet, demoHost, "/", nil))
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	_, err = io.ReadAll(response.Body)
	require.Error(t, err, "a broken answer must not look like a whole one")
}

func TestHandler_LogSaysWhoAnsweredAndNotTheQuery(t *testing.T) {
	t.Parallel()

	var lines lockedBuffer

	vm := app(t, says("one"))
	demo := live(demoHost, vm)
	p := newPlatform(t)
	b := startLogging(t, p, Config{API: setting.API{APIURL: p.URL}, Token: edgeToken, DataDir: t.TempDir(), DrainTimeout: patience},
		slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug})))
	b.serve(t, demo)

	response, _ := b.get(t, demoHost, "/path?token=canary")
	id := response.Header.Get("X-Request-Id")

	require.Eventually(t, func() bool {
		return contains(lines.String(), id, vm.VMID.String(), demo.DeploymentID.String(), `"path":"/path"`, `"status":200`)
	}, patience, frequency)
	require.NotContains(t, lines.String(), "canary")
}

type lockedBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.buffer.String()
}
