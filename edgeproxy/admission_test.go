package edgeproxy

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// waiter is an app that answers no request before it is released.
type waiter struct {
	client.Upstream

	arrived, release chan struct{}
}

func newWaiter(t *testing.T) *waiter {
	t.Helper()

	w := &waiter{arrived: make(chan struct{}, 100), release: make(chan struct{})}
	w.Upstream = app(t, func(_ http.ResponseWriter, r *http.Request) {
		w.arrived <- struct{}{}

		select {
		case <-w.release:
		case <-r.Context().Done():
		}
	})

	return w
}

// asks sends a request in the background, and returns when the app has got it.
func (w *waiter) asks(t *testing.T, client *http.Client, request *http.Request) *sync.WaitGroup {
	t.Helper()

	var answered sync.WaitGroup

	answered.Go(func() {
		response, err := client.Do(request)
		if err != nil {
			t.Error(err)

			return
		}

		_ = response.Body.Close()
	})
	<-w.arrived

	return &answered
}

func (b *testBundle) requireNothingInFlight(t *testing.T) {
	t.Helper()
	b.settled(t)

	require.Eventually(t, func() bool {
		left := 0

		for i := range b.proxy.handler.admission.visitors.shards {
			s := &b.proxy.handler.admission.visitors.shards[i]

			s.mutex.Lock()
			left += len(s.counts)
			s.mutex.Unlock()
		}

		return left == 0
	}, patience, frequency, "visitors are still counted")
}

func TestAdmission_AppAnswersNothing_OthersAreServed(t *testing.T) {
	t.Parallel()

	stuck := newWaiter(t)
	b := setup(t, func(c *Config) { c.MaxInFlight = 2 })
	route := live(demoHost, stuck.Upstream)
	b.serve(t, route, live("other.example.com", app(t, says("other"))))

	first := stuck.asks(t, b.client, b.request(t, http.MethodGet, demoHost, "/", nil))
	second := stuck.asks(t, b.client, b.request(t, http.MethodGet, demoHost, "/", nil))

	for name, body := range map[string]io.Reader{
		"none": nil, "small": strings.NewReader("x"), "large": bytes.NewReader(make([]byte, 1<<20)), "chunked": io.MultiReader(strings.NewReader("x")),
	} {
		response, page := b.do(t, b.request(t, http.MethodPost, demoHost, "/", body))
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode, name)
		require.Equal(t, "5", response.Header.Get("Retry-After"))
		require.Contains(t, page, "app_busy")
	}

	_, body := b.get(t, "other.example.com", "/")
	require.Equal(t, "other", body)

	close(stuck.release)
	first.Wait()
	second.Wait()
	b.requireNothingInFlight(t)

	response, _ := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.EqualValues(t, 4, totalsOf(b.told(t), route.DeploymentID).ServerErrors, "its owner sees what was refused")
}

func TestAdmission_VisitorHasTooManyRequests_OtherVisitorsAreServed(t *testing.T) {
	t.Parallel()

	stuck := newWaiter(t)
	b := setup(t, behindBalancer, func(c *Config) { c.MaxInFlightPerClient = 1 })
	b.serve(t, live(demoHost, stuck.Upstream), live("other.example.com", app(t, says("other"))))

	// A neighbour counts as the same visitor: a program of the same address, or of the same /64.
	for _, of := range []struct{ visitor, neighbour, other string }{
		{"203.0.113.9:1", "203.0.113.9:2", "203.0.113.10:1"}, {"[2001:db8::1]:1", "[2001:db8::7]:1", "[2001:db8:0:1::1]:1"},
	} {
		answered := stuck.asks(t, b.announced(t, of.visitor), b.request(t, http.MethodGet, demoHost, "/", nil))

		response, err := b.announced(t, of.neighbour).Do(b.request(t, http.MethodGet, "other.example.com", "/", nil))
		require.NoError(t, err)

		page, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusTooManyRequests, response.StatusCode, of.neighbour)
		require.Equal(t, "5", response.Header.Get("Retry-After"))
		require.Contains(t, string(page), "too_many_requests")

		// The address of a balancer that was not named stands for many.
		for _, other := range []string{of.other, "10.0.0.1:1"} {
			response, err := b.announced(t, other).Do(b.request(t, http.MethodGet, "other.example.com", "/", nil))
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode, other)
		}

		stuck.release <- struct{}{}

		answered.Wait()
	}

	b.requireNothingInFlight(t)
}

func TestAdmission_VisitorBehindATrustedProxy_IsTheOneThatCounts(t *testing.T) {
	t.Parallel()

	stuck := newWaiter(t)
	b := setup(t, func(c *Config) {
		c.MaxInFlightPerClient, c.TrustedProxies = 1, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	b.serve(t, live(demoHost, stuck.Upstream), live("other.example.com", app(t, says("other"))))

	from := func(visitor, host string) *http.Request {
		request := b.request(t, http.MethodGet, host, "/", nil)
		request.Header.Set("X-Forwarded-For", "6.6.6.6, "+visitor)

		return request
	}

	answered := stuck.asks(t, b.client, from("203.0.113.9", demoHost))
	// Some balancers name the visitor's port, too.
	response, _ := b.do(t, from("203.0.113.9:4711", "other.example.com"))
	require.Equal(t, http.StatusTooManyRequests, response.StatusCode)

	response, _ = b.do(t, from("203.0.113.10", "other.example.com"))
	require.Equal(t, http.StatusOK, response.StatusCode)

	close(stuck.release)
	answered.Wait()
	b.requireNothingInFlight(t)
}

func TestAdmission_WhateverBecomesOfRequests_CountsGoBackToZero(t *testing.T) {
	t.Parallel()

	b := impatient(setup(t, behindBalancer, func(c *Config) { c.MaxInFlight, c.MaxInFlightPerClient = 8, 4 }))
	drops, _ := dropper(t, "")
	gone := make(chan struct{})
	b.serve(t,
		live("echo.example.com", app(t, readsAll)), live("down.example.com", down(t)), live("drops.example.com", drops), live(demoHost, app(t, websocketEcho)),
		live("breaks.example.com", byHand(t, func(connection net.Conn) {
			_, _ = connection.Read(make([]byte, 1<<10))
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all of it")
		})),
		live("stream.example.com", app(t, func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			gone <- struct{}{}
		})))

	var visitors sync.WaitGroup

	for _, address := range []string{"203.0.113.1:1", "203.0.113.1:2", "[2001:db8::1]:1", "203.0.113.3:1"} {
		client := b.announced(t, address)

		visitors.Go(func() {
			for range 5 {
				for _, host := range []string{"echo", "down", "drops", "breaks", "unknown"} {
					for _, body := range []io.Reader{nil, strings.NewReader("small"), bytes.NewReader(make([]byte, 300_000)), io.MultiReader(strings.NewReader("chunked"))} {
						if response, err := client.Do(b.request(t, http.MethodPost, host+".example.com", "/", body)); err == nil {
							_, _ = io.Copy(io.Discard, response.Body)
							_ = response.Body.Close()
						}
					}
				}
			}
		})
	}

	visitors.Wait()

	// The client leaves a stream, and a WebSocket, after they have begun.
	ctx, leave := context.WithCancel(t.Context())
	response, err := b.announced(t, "203.0.113.4:1").Do(b.request(t, http.MethodGet, "stream.example.com", "/", nil).WithContext(ctx))
	require.NoError(t, err)
	leave()
	<-gone
	_ = response.Body.Close()

	b.client = b.announced(t, "203.0.113.5:1")
	connection := b.websocket(t)
	requireEcho(t, connection, "hello")
	require.NoError(t, connection.CloseNow())

	b.requireNothingInFlight(t)
}
