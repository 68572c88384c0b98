package edgeproxy

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// asleep is the route of an app that wakes with a request.
func asleep() client.Route {
	route := live(demoHost)
	route.State, route.Wakes = client.RouteStateAsleep, new(true)

	return route
}

// awake is the route once a VM is healthy.
func awake(route client.Route, vm client.Upstream) client.Route {
	route.State, route.Wakes, route.Upstreams = client.RouteStateLive, nil, []client.Upstream{vm}

	return route
}

// wakesWith has the platform publish the route with the VM as soon as it is asked to wake it.
func (p *platform) wakesWith(route client.Route, vm client.Upstream) {
	var once sync.Once

	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.onWake = func(uuid.UUID) { once.Do(func() { p.publish(awake(route, vm)) }) }
}

func (p *platform) calls() []uuid.UUID {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.woken
}

func TestWake_RequestForAnAppThatSleeps_WakesItAndIsAnswered(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			b, route := setup(t), asleep()
			b.serve(t, route)
			b.platform.wakesWith(route, app(t, readsAll))

			body := strings.Repeat("body ", 100_000)
			response, got := b.do(t, b.request(t, method, demoHost, "/", strings.NewReader(body)))
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Equal(t, body, got)
			require.Equal(t, []uuid.UUID{*route.DeploymentID}, b.platform.calls())
		})
	}
}

func TestWake_ManyRequests_AreOneCall(t *testing.T) {
	t.Parallel()

	const requests = 100

	b, route := setup(t), asleep()
	b.serve(t, route)

	results := lo.Times(requests, func(int) chan answer { return b.async(b.request(t, http.MethodGet, demoHost, "/", nil)) })
	b.requireHeld(t, requests)
	require.Eventually(t, func() bool { return len(b.platform.calls()) > 0 }, patience, frequency)
	b.serve(t, awake(route, app(t, says("awake"))))

	for _, result := range results {
		require.Equal(t, answer{status: http.StatusOK, body: "awake"}, <-result)
	}

	require.Less(t, len(b.platform.calls()), requests/10, "each of them asked by itself")
	b.requireHeld(t, 0)
}

func TestWake_WebSocket_IsHeldToo(t *testing.T) {
	t.Parallel()

	b, route := setup(t), asleep()
	b.serve(t, route)
	b.platform.wakesWith(route, app(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}

		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		line, _ := buffered.ReadString('\n')
		_, _ = io.WriteString(connection, line)
		_ = connection.Close()
	}))

	connection := b.connect(t)
	_, err := fmt.Fprintf(connection, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", demoHost)
	require.NoError(t, err)

	buffered := bufio.NewReader(connection)
	response, err := http.ReadResponse(buffered, nil) //nolint:bodyclose // It is closed behind the test.
	require.NoError(t, err)
	closeAfter(t, response.Body)
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)

	_, err = io.WriteString(connection, "echo\n")
	require.NoError(t, err)
	line, err := buffered.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "echo\n", line)
}

func TestWake_TakesLong_BrowserGetsAPageThatAsksAgainAndOthersWaitOn(t *testing.T) {
	t.Parallel()

	b, route := setup(t), asleep()
	b.holder().patiencePage = 50 * time.Millisecond
	b.serve(t, route)

	other := b.async(b.request(t, http.MethodGet, demoHost, "/", nil))
	b.requireHeld(t, 1)

	request := b.request(t, http.MethodGet, demoHost, "/", nil)
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	response, body := b.do(t, request)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, "5", response.Header.Get("Retry-After"))
	require.Contains(t, body, `<meta http-equiv="refresh" content="1">`)
	require.Contains(t, body, "The app is waking up")

	b.serve(t, awake(route, app(t, says("awake"))))
	require.Equal(t, answer{status: http.StatusOK, body: "awake"}, <-other)
}

func TestWake_InVain_SaysWhyAndWhenToTryAgain(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		noRoom     bool
		code, wait string
	}{
		"it takes too long": {false, "app_waking", "5"},
		"there is no room":  {true, "no_room", "30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.holder().patienceWaking = 500 * time.Millisecond
			b.platform.mutex.Lock()
			b.platform.noRoom = c.noRoom
			b.platform.mutex.Unlock()
			b.serve(t, asleep())

			response, body := b.get(t, demoHost, "/")
			require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
			require.Equal(t, c.wait, response.Header.Get("Retry-After"))
			require.Contains(t, body, c.code)
		})
	}
}

func TestWake_PlatformIsAwayForAMoment_IsAskedAgain(t *testing.T) {
	t.Parallel()

	b, route := setup(t), asleep()
	b.holder().patience, b.holder().patienceAway = 0, 0
	b.serve(t, route)
	b.platform.wakesWith(route, app(t, says("awake")))
	b.platform.away.Store(true)

	result := b.async(b.request(t, http.MethodGet, demoHost, "/", nil))
	b.requireHeld(t, 1)
	require.Eventually(t, b.proxy.poller.refresh.away.Load, patience, frequency)
	b.platform.away.Store(false)
	require.Equal(t, answer{status: http.StatusOK, body: "awake"}, <-result)
}

func TestWake_DeploymentThatIsNotLiveAnyMore_DoesNotWake(t *testing.T) {
	t.Parallel()

	b, route := setup(t), asleep()
	route.Wakes = nil
	b.serve(t, route)

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Contains(t, body, "deployment_asleep")
	require.Empty(t, b.platform.calls())
}

func TestWake_RequestThatWaits_CountsAsUnderWay(t *testing.T) {
	t.Parallel()

	b, route := setup(t), asleep()
	b.serve(t, route)

	result := b.async(b.request(t, http.MethodGet, demoHost, "/", nil))
	b.requireHeld(t, 1)
	require.EqualValues(t, 1, b.transport().table.Load().lookup(demoHost).counter.inFlight.Load())
	b.serve(t, awake(route, app(t, says("awake"))))
	require.Equal(t, http.StatusOK, (<-result).status)
}

func TestReporter_PlatformOfTheVersionBefore_GetsTheCountsAlone(t *testing.T) {
	t.Parallel()

	b, route := setup(t), live(demoHost, app(t, says("hello")))
	b.platform.mutex.Lock()
	b.platform.isOld = true
	b.platform.mutex.Unlock()
	b.serve(t, route)
	b.get(t, demoHost, "/")
	b.settled(t)

	require.EqualValues(t, 1, totalsOf(b.told(t), route.DeploymentID).Successful)
}

func TestLedger_NothingWasCounted_SaysUntilWhen(t *testing.T) {
	t.Parallel()

	l := newLedger()
	before := time.Now()
	l.collect(time.Now())
	l.collect(time.Now())

	require.Len(t, l.reports, 1, "what is newer says all that the one before did")
	require.Empty(t, l.reports[0].Traffic)
	require.NotNil(t, l.reports[0].Traffic)
	require.False(t, l.reports[0].CountedUntil.Before(before))
}
