package edgeproxy

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFlip_UnderLoad_NoRequestFails(t *testing.T) {
	t.Parallel()

	const (
		visitors = 8
		each     = 500
	)

	b := setup(t)
	blue, green := live(demoHost, app(t, says("blue"))), live(demoHost, app(t, says("green")))
	b.serve(t, blue)

	var (
		running     sync.WaitGroup
		done        = make(chan struct{})
		blues, rest atomic.Int64
		failures    = make(chan string, visitors*each)
	)

	for range visitors {
		running.Go(func() {
			for i := range each {
				method := []string{http.MethodGet, http.MethodPost}[i%2]
				request := b.request(t, method, demoHost, "/", nil)

				response, err := b.client.Do(request)
				if err != nil {
					failures <- err.Error()

					continue
				}

				body, err := io.ReadAll(response.Body)
				_ = response.Body.Close()

				switch {
				case err != nil || response.StatusCode != http.StatusOK:
					failures <- response.Status + string(body)
				case string(body) == "blue":
					blues.Add(1)
				default:
					rest.Add(1)
				}
			}
		})
	}

	go func() {
		running.Wait()
		close(done)
	}()

	flips := 0

	for load := true; load; flips++ {
		b.serve(t, green)
		b.serve(t, blue)

		select {
		case <-done:
			load = false
		default:
		}
	}

	close(failures)

	for failure := range failures {
		t.Error(failure)
	}

	require.EqualValues(t, visitors*each, blues.Load()+rest.Load())
	require.Positive(t, blues.Load())
	require.Positive(t, rest.Load())
	t.Logf("%d flips", 2*flips)
}

func TestFlip_Acknowledged_OldVMGetsNoNewRequests(t *testing.T) {
	t.Parallel()

	var old atomic.Int64

	b := setup(t)
	b.serve(t, live(demoHost, app(t, func(http.ResponseWriter, *http.Request) { old.Add(1) })))
	b.get(t, demoHost, "/")
	b.serve(t, live(demoHost, app(t, says("new"))))

	for range 100 {
		_, body := b.get(t, demoHost, "/")
		require.Equal(t, "new", body)
	}

	require.EqualValues(t, 1, old.Load())
}

func TestServer_BoundsWhatClientsMayTake(t *testing.T) {
	t.Parallel()

	server := setup(t).proxy.server(t.Context(), nil)
	require.Equal(t, 10*time.Second, server.ReadHeaderTimeout)
	require.Equal(t, 120*time.Second, server.IdleTimeout)
	require.Equal(t, 64<<10, server.MaxHeaderBytes)
	require.Zero(t, server.ReadTimeout, "uploads may take their time")
	require.Zero(t, server.WriteTimeout, "so may streams")
}
