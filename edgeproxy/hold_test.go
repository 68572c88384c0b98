package edgeproxy

import (
	"context"
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
)

// requireHeld returns when that many requests wait.
func (b *testBundle) requireHeld(tb testing.TB, count int) {
	tb.Helper()

	require.Eventually(tb, func() bool {
		b.holder().mutex.Lock()
		defer b.holder().mutex.Unlock()

		return b.holder().held == count
	}, patience, frequency, "%d requests are not held", count)
}

// async sends the request and returns where its answer will be.
func (b *testBundle) async(request *http.Request) chan answer {
	result := make(chan answer, 1)

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

	return result
}

// listen has something listen again at the address of a VM that was down.
func listen(tb testing.TB, u client.Upstream, handler http.HandlerFunc) {
	tb.Helper()

	listener, err := net.Listen("tcp", u.Address)
	require.NoError(tb, err)

	var running sync.WaitGroup

	server := &http.Server{Handler: handler}

	running.Go(func() { _ = server.Serve(listener) })
	tb.Cleanup(func() {
		_ = server.Close()

		running.Wait()
	})
}

func TestHold_OnlyVMIsRestarted_CostsTimeAndNoError(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			vm := down(t)
			b.serve(t, live(demoHost, vm))

			body := strings.Repeat("body ", 100_000)
			result := b.async(b.request(t, method, demoHost, "/", strings.NewReader(body)))
			b.requireHeld(t, 1)
			listen(t, vm, readsAll)

			require.Equal(t, answer{status: http.StatusOK, body: body}, <-result)
			b.requireHeld(t, 0)
		})
	}
}

func TestHold_OnlyVMDiesUnderARequest_IsAskedOnceMoreIfThatIsSafe(t *testing.T) {
	t.Parallel()

	for method, want := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusBadGateway} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			var asked atomic.Int64

			b := setup(t)
			b.serve(t, live(demoHost, app(t, func(http.ResponseWriter, *http.Request) {
				if asked.Add(1) == 1 {
					panic(http.ErrAbortHandler)
				}
			})))

			response, _ := b.do(t, b.request(t, method, demoHost, "/", nil))
			require.Equal(t, want, response.StatusCode)
		})
	}
}

func TestHold_TableIsOld_ANewerOneIsFetchedAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t)
	b.platform.deaf.Store(true)
	b.serve(t, live(demoHost, down(t)))
	b.platform.publish(live(demoHost, app(t, says("new"))))

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "new", body)
}

func TestHold_RestartFromDiskWithVMsThatAreGone_WaitsForThePlatformsTable(t *testing.T) {
	t.Parallel()

	var config Config

	b := setup(t, func(c *Config) { config = *c })
	b.serve(t, live(demoHost, down(t)))
	b.stop()
	<-b.stopped

	b.platform.away.Store(true)
	again := start(t, b.platform, config)
	result := again.async(again.request(t, http.MethodPost, demoHost, "/", strings.NewReader("body")))

	again.requireHeld(t, 1)
	again.platform.publish(live(demoHost, app(t, readsAll)))
	again.platform.away.Store(false)

	require.Equal(t, answer{status: http.StatusOK, body: "body"}, <-result)
}

func TestHold_PlatformAway_DoesNotWaitForATable(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.holder().patience, b.holder().patienceAway = time.Hour, 100*time.Millisecond
	b.serve(t, live(demoHost, down(t)))
	b.platform.away.Store(true)
	b.platform.CloseClientConnections()
	require.Eventually(t, b.proxy.poller.refresh.away.Load, patience, frequency)

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Contains(t, body, "app_down")
}

func TestHold_ThousandRequestsForAnAppThatIsDown_AreFewPolls(t *testing.T) {
	t.Parallel()

	const requests = 1000

	b := setup(t)
	b.holder().patience = 3 * time.Second
	b.serve(t, live(demoHost, down(t)))

	before, begun := b.platform.polls.Load(), time.Now()

	results := make([]chan answer, requests)
	for i := range results {
		results[i] = b.async(b.request(t, http.MethodGet, demoHost, "/", nil))
	}

	for _, result := range results {
		got := <-result
		require.NoError(t, got.err)
		require.Equal(t, http.StatusServiceUnavailable, got.status)
	}

	// In each interval one that was asked for and one that waits.
	most := 2 * (time.Since(begun)/refreshInterval + 1)
	polls := b.platform.polls.Load() - before
	require.Positive(t, polls, "nobody asked for a newer table")
	require.LessOrEqual(t, polls, int64(most))
	t.Logf("%d polls in %s", polls, time.Since(begun))
}

func TestHold_InVain_TheNextRequestsAreAnsweredAtOnceUntilThereAreOtherVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.holder().patience = 100 * time.Millisecond
	b.serve(t, live(demoHost, down(t)))
	b.get(t, demoHost, "/")

	require.Eventually(t, func() bool {
		b.holder().mutex.Lock()
		defer b.holder().mutex.Unlock()

		current := b.holder().hosts[demoHost]

		return current != nil && !current.restUntil.IsZero()
	}, patience, frequency)
	require.Nil(t, b.holder().join(demoHost))

	b.serve(t, live(demoHost, down(t)))

	current := b.holder().join(demoHost)
	require.NotNil(t, current)
	b.holder().leave(demoHost, current)
}

func TestHold_InVain_VMsThatWereNeverTriedAreTriedEvenIfTheyCameAtItsEnd(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, down(t)))

	current := b.holder().join(demoHost)
	require.NotNil(t, current)
	current.stop()
	b.serve(t, live(demoHost, down(t)))
	b.holder().end(demoHost, current, false)
	b.holder().leave(demoHost, current)

	next := b.holder().join(demoHost)
	require.NotNil(t, next)
	b.holder().leave(demoHost, next)
}

func TestHold_ClientGone_FreesItsPlace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, down(t)))

	ctx, cancel := context.WithCancel(t.Context())
	result := b.async(b.request(t, http.MethodGet, demoHost, "/", nil).WithContext(ctx))
	b.requireHeld(t, 1)
	cancel()
	require.ErrorIs(t, (<-result).err, context.Canceled)
	b.requireHeld(t, 0)
	require.Empty(t, b.holder().hosts)
}

func TestHold_TooManyForOneHost_AreAnsweredAtOnceAndOthersAreHeld(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, down(t)), live("other.example.com", down(t)))

	for range maxHeldPerHost {
		current := b.holder().join(demoHost)
		require.NotNil(t, current)

		defer b.holder().leave(demoHost, current)
	}

	require.Nil(t, b.holder().join(demoHost))

	other := b.holder().join("other.example.com")
	require.NotNil(t, other)
	b.holder().leave("other.example.com", other)
}

func TestConnections_AddressOfAnotherVM_GetsAConnectionOfItsOwn(t *testing.T) {
	t.Parallel()

	peers := make(chan string, 3)
	vm := app(t, func(_ http.ResponseWriter, r *http.Request) { peers <- r.RemoteAddr })
	next := client.Upstream{VMID: down(t).VMID, Address: vm.Address}

	b := setup(t)
	b.serve(t, live(demoHost, vm))
	b.get(t, demoHost, "/")
	b.get(t, demoHost, "/")

	first := <-peers
	require.Equal(t, first, <-peers, "connections to a VM are used again")

	b.serve(t, live("other.example.com", next))
	b.get(t, "other.example.com", "/")
	require.NotEqual(t, first, <-peers)
}
