package edgeproxy

import (
	"bufio"
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

// dropper is a VM that reads a request and closes the connection without an answer.
func dropper(t *testing.T, region string) (client.Upstream, *atomic.Int64) {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	var (
		seen    atomic.Int64
		running sync.WaitGroup
	)

	running.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
				_, _ = io.Copy(io.Discard, request.Body)

				seen.Add(1)
			}

			_ = connection.Close()
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		running.Wait()
	})

	return client.Upstream{VMID: id.New(), Address: listener.Addr().String(), Region: region}, &seen
}

func in(region string, u client.Upstream) client.Upstream {
	u.Region = region

	return u
}

func here(c *Config) { c.Region = "fsn" }

func readsAll(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }

func TestRetry_ConnectionRefused_AnyRequestGoesToAnotherVM(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			b := setup(t, here)
			b.serve(t, live(demoHost, in("fsn", down(t)), in("hel", app(t, readsAll))))

			body := strings.Repeat("body ", 100_000)
			response, answer := b.do(t, b.request(t, method, demoHost, "/", strings.NewReader(body)))
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Equal(t, body, answer)
		})
	}
}

func TestRetry_ConnectionRefused_TheVMIsPassedOver(t *testing.T) {
	t.Parallel()

	b := setup(t, here)
	b.serve(t, live(demoHost, in("fsn", down(t)), in("hel", app(t, says("other")))))

	refuses := b.proxy.handler.table.Load().lookup(demoHost).upstreams[0]
	require.False(t, refuses.resting(time.Now()))

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "other", body)
	require.True(t, refuses.resting(time.Now()))
	require.False(t, refuses.resting(time.Now().Add(restTime)))
}

func TestRetry_ConnectionLost_IdempotentWithoutBodyGoesToAnotherVM(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			drops, seen := dropper(t, "fsn")
			b := setup(t, here)
			b.serve(t, live(demoHost, drops, in("hel", app(t, says("other")))))

			response, _ := b.do(t, b.request(t, method, demoHost, "/", nil))
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Positive(t, seen.Load())
		})
	}
}

func TestRetry_ConnectionLost_WhatMayHaveHadAnEffectIsNotSentAgain(t *testing.T) {
	t.Parallel()

	for name, request := range map[string]struct {
		method string
		body   io.Reader
	}{
		"POST with body":    {http.MethodPost, strings.NewReader("charge the card")},
		"POST without body": {http.MethodPost, nil},
		"PATCH":             {http.MethodPatch, strings.NewReader("more")},
		"PUT with body":     {http.MethodPut, strings.NewReader("gone once read")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			drops, seen := dropper(t, "fsn")
			other := atomic.Int64{}
			b := setup(t, here)
			b.serve(t, live(demoHost, drops, in("hel", app(t, func(http.ResponseWriter, *http.Request) { other.Add(1) }))))

			response, _ := b.do(t, b.request(t, request.method, demoHost, "/", request.body))
			require.Equal(t, http.StatusBadGateway, response.StatusCode)
			require.EqualValues(t, 1, seen.Load())
			require.Zero(t, other.Load())
		})
	}
}

func TestRetry_RequestThatKillsApps_KillsTwoAtMost(t *testing.T) {
	t.Parallel()

	one, seenOne := dropper(t, "")
	two, seenTwo := dropper(t, "")
	three, seenThree := dropper(t, "")
	b := setup(t)
	b.serve(t, live(demoHost, one, two, three))

	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.EqualValues(t, 2, seenOne.Load()+seenTwo.Load()+seenThree.Load())
}

func TestRetry_ErrorsOfTheAppAreTheAppsAnswer(t *testing.T) {
	t.Parallel()

	var asked atomic.Int64

	broken := func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "the app's own page")
	}
	b := setup(t)
	b.serve(t, live(demoHost, app(t, broken), app(t, broken)))

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, "the app's own page", body)
	require.EqualValues(t, 1, asked.Load())
}

func TestRetry_AllRefuse_ComesBackWithTheFirstThatListens(t *testing.T) {
	t.Parallel()

	gone := down(t)
	b := impatient(setup(t))
	b.serve(t, live(demoHost, gone))

	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)

	listener, err := net.Listen("tcp", gone.Address)
	require.NoError(t, err)

	server := &http.Server{Handler: says("back")}

	var running sync.WaitGroup

	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()

		running.Wait()
	})

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "back", body, "a VM that rests is asked when there is no other")
}

func TestRetry_VMGoneSinceTheTableWasRead_AsksTheNewDeployment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, down(t)))

	stale := b.proxy.handler.table.Load()
	b.serve(t, live(demoHost, app(t, says("new"))))

	e := &exchange{host: demoHost, route: stale.lookup(demoHost)}
	request := withExchange(b.request(t, http.MethodGet, demoHost, "/", nil), e)

	response, err := b.proxy.handler.proxy.Transport.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	e.release()
	require.Equal(t, http.StatusOK, response.StatusCode)
}
