package edgeproxy

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/latency"
)

// told are the reports that the platform got, each once, after the edge has told it everything.
func (b *testBundle) told(t *testing.T) []client.EdgeReport {
	t.Helper()

	r := b.proxy.reporter
	r.collect(t.Context(), time.Now().Truncate(time.Minute))

	for {
		sent, err := r.sendNext(t.Context())
		require.NoError(t, err)

		if !sent {
			break
		}
	}

	return b.platform.told()
}

func (p *platform) told() []client.EdgeReport {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return lo.UniqBy(p.reports, func(r client.EdgeReport) string { return fmt.Sprint(r.RunID, r.Sequence) })
}

// totals is what reports say of a deployment in all.
type totals struct {
	Informational, Successful, Redirected, ClientErrors, ServerErrors, Aborted, BytesIn, BytesOut, InFlight, Timed int64
}

func totalsOf(reports []client.EdgeReport, deployment *uuid.UUID) totals {
	var all totals

	for _, row := range lo.FlatMap(reports, func(r client.EdgeReport, _ int) []client.EdgeTraffic { return r.Traffic }) {
		if row.DeploymentID != *deployment {
			continue
		}

		all.Informational += lo.FromPtr(row.Informational)
		all.Successful += lo.FromPtr(row.Successful)
		all.Redirected += lo.FromPtr(row.Redirected)
		all.ClientErrors += lo.FromPtr(row.ClientErrors)
		all.ServerErrors += lo.FromPtr(row.ServerErrors)
		all.Aborted += lo.FromPtr(row.Aborted)
		all.BytesIn += lo.FromPtr(row.BytesIn)
		all.BytesOut += lo.FromPtr(row.BytesOut)
		all.InFlight = max(all.InFlight, lo.FromPtr(row.InFlight))
		all.Timed += lo.Sum(lo.FromPtr(row.Latency))
	}

	return all
}

// settled waits until no request is in flight: a client has its answer before the edge has counted it.
func (b *testBundle) settled(t *testing.T) {
	t.Helper()

	require.Eventually(t, func() bool {
		return lo.EveryBy(b.proxy.reporter.ledger.counters(), func(c *counter) bool { return c.inFlight.Load() == 0 })
	}, patience, frequency)
}

func TestCounting_ByClassWithBytes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	route := live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)

		status := http.StatusOK
		_, _ = fmt.Sscan(strings.TrimPrefix(r.URL.Path, "/"), &status)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "12345")
	}))
	b.serve(t, route)

	for _, path := range []string{"/200", "/201", "/302", "/404", "/404", "/500"} {
		request := b.request(t, http.MethodPost, demoHost, path, strings.NewReader("abc"))
		request.Header.Set("Content-Type", "text/plain")

		response, err := b.client.Transport.RoundTrip(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		b.settled(t)
	}

	b.get(t, demoHost, healthPath)
	b.get(t, "unknown.example.com", "/")
	b.settled(t)

	require.Equal(t, totals{
		Successful: 2, Redirected: 1, ClientErrors: 2, ServerErrors: 1, BytesIn: 6 * 3, BytesOut: 6 * 5, InFlight: 1, Timed: 6,
	}, totalsOf(b.told(t), route.DeploymentID))
}

func TestCounting_UntilTheLastByte(t *testing.T) {
	t.Parallel()

	b := setup(t)
	release := make(chan struct{})
	route := live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()
		<-release
		_, _ = io.WriteString(w, "last")
	}))
	b.serve(t, route)

	response, err := b.client.Do(b.request(t, http.MethodGet, demoHost, "/", nil))
	require.NoError(t, err)

	_, err = io.ReadFull(response.Body, make([]byte, 5))
	require.NoError(t, err)

	require.Equal(t, totals{InFlight: 1}, totalsOf(b.told(t), route.DeploymentID), "it is under way")

	begun := time.Now()
	time.Sleep(10 * time.Millisecond) // The answer has to take a time that can be told from that to its first byte.
	close(release)

	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	b.settled(t)

	reports := b.told(t)
	require.Equal(t, totals{Successful: 1, BytesOut: 9, InFlight: 1, Timed: 1}, totalsOf(reports, route.DeploymentID))

	counted := lo.FromPtr(reports[len(reports)-1].Traffic[0].Latency)
	require.GreaterOrEqual(t, len(counted)-1, latency.Bucket(10*time.Millisecond), "its end counts, not its first byte")
	require.LessOrEqual(t, len(counted)-1, latency.Bucket(time.Since(begun)+patience))
}

func TestCounting_ClientThatLeaves_IsAborted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	reached := make(chan struct{})
	route := live(demoHost, app(t, func(_ http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	}))
	b.serve(t, route)

	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\n\r\n")
	require.NoError(t, err)

	<-reached
	require.NoError(t, connection.Close())
	b.settled(t)
	require.Equal(t, totals{Aborted: 1, InFlight: 1}, totalsOf(b.told(t), route.DeploymentID))
}

func TestCounting_AppIsDown_CountsAsItsError(t *testing.T) {
	t.Parallel()

	b := impatient(setup(t))
	route := live(demoHost, down(t))
	b.serve(t, route)
	b.get(t, demoHost, "/")
	b.settled(t)

	counted := totalsOf(b.told(t), route.DeploymentID)
	require.EqualValues(t, 1, counted.ServerErrors)
	require.EqualValues(t, 1, counted.Timed)
	require.Positive(t, counted.BytesOut, "the page of the edge")
}

func TestCounting_WebSocketsAndEventStreams_HaveBytesAndNoLatency(t *testing.T) {
	t.Parallel()

	b := setup(t)
	route := live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: 1\n\n")

			return
		}

		connection, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)

			return
		}

		defer func() { _ = connection.Close() }()

		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.CopyN(connection, buffered, 4)
	}))
	b.serve(t, route)

	b.get(t, demoHost, "/")

	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	require.NoError(t, err)
	requireHead(t, connection, "101 Switching Protocols")
	_, err = io.WriteString(connection, "ping")
	require.NoError(t, err)

	echoed, err := io.ReadAll(connection)
	require.NoError(t, err)
	require.Equal(t, "ping", string(echoed))
	require.NoError(t, connection.Close())
	b.settled(t)

	counted := totalsOf(b.told(t), route.DeploymentID)
	require.EqualValues(t, 1, counted.Informational)
	require.EqualValues(t, 1, counted.Successful)
	require.Zero(t, counted.Timed)
	require.EqualValues(t, 4, counted.BytesIn)
	require.GreaterOrEqual(t, counted.BytesOut, int64(4+9))
}

// requireHead reads the head of an answer, byte by byte as what follows is not HTTP.
func requireHead(t *testing.T, connection net.Conn, status string) {
	t.Helper()

	var head strings.Builder

	for one := make([]byte, 1); !strings.HasSuffix(head.String(), "\r\n\r\n"); head.Write(one) {
		_, err := io.ReadFull(connection, one)
		require.NoError(t, err)
	}

	require.Contains(t, head.String(), status)
}

func TestCounting_NewTables_LoseNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	release := make(chan struct{})
	reached := make(chan struct{}, 3)
	route := live(demoHost, app(t, func(http.ResponseWriter, *http.Request) {
		reached <- struct{}{}
		<-release
	}))
	b.serve(t, route)

	done := make(chan struct{})

	for range 3 {
		request := b.request(t, http.MethodGet, demoHost, "/", nil)

		go func() {
			response, err := b.client.Do(request)
			if err != nil || response.Body.Close() != nil {
				t.Error(err)
			}

			done <- struct{}{}
		}()

		<-reached
	}

	other := route
	other.Hostname = "other.example.com"
	b.serve(t, route, other)
	b.serve(t, live(demoHost, app(t, says("another")))) // The deployment is not routed any more.
	close(release)

	for range 3 {
		<-done
	}

	require.Eventually(t, func() bool {
		return totalsOf(b.told(t), route.DeploymentID) == totals{Successful: 3, InFlight: 3, Timed: 3}
	}, patience, frequency)

	b.told(t)
	b.proxy.reporter.ledger.mutex.Lock()
	defer b.proxy.reporter.ledger.mutex.Unlock()
	require.Len(t, b.proxy.reporter.ledger.accounts, 1, "what is not routed and told is forgotten")
}

func TestReporter_PlatformAway_LosesNothingAndRepeatsUnchanged(t *testing.T) {
	t.Parallel()

	b := setup(t)
	counted, l := &counter{deploymentID: uuid.New()}, newLedger()
	l.route(counted)

	r := &reporter{l, b.proxy.poller.api, slog.New(slog.DiscardHandler)}
	begun := time.Now().Truncate(time.Minute).Add(-5 * time.Minute)

	b.platform.answerReports(http.StatusInternalServerError)

	for minute := range 5 {
		counted.count(outcome{status: http.StatusOK})
		r.collect(t.Context(), begun.Add(time.Duration(minute)*time.Minute))

		_, err := r.sendNext(t.Context())
		require.ErrorContains(t, err, "500")
	}

	refused := b.platform.told()
	require.Len(t, refused, 1, "the oldest, again and again: the platform may have counted it although it did not say so")

	b.platform.answerReports(0)
	r.sendUntil(t.Context(), time.Now().Add(patience))

	reports := b.platform.told()
	require.EqualValues(t, 5, totalsOf(reports, &counted.deploymentID).Successful)
	require.Equal(t, refused[0].Traffic, reports[0].Traffic)

	for i, report := range reports {
		require.EqualValues(t, i+1, report.Sequence)
		require.True(t, begun.Add(time.Duration(i)*time.Minute).Equal(report.Traffic[0].Minute), "each in its minute")
	}
}

func TestReporter_PlatformAwayForLong_GivesUpTheOldest(t *testing.T) {
	t.Parallel()

	l := newLedger()
	l.maxPending = 3
	counted := &counter{deploymentID: uuid.New()}
	l.route(counted)

	begun, lost := time.Now().Truncate(time.Minute), 0

	for minute := range 5 {
		counted.count(outcome{status: http.StatusOK})
		lost += l.collect(begun.Add(time.Duration(minute) * time.Minute))
	}

	require.Equal(t, 2, lost)

	oldest, ok := l.next(time.Now())
	require.True(t, ok)
	require.EqualValues(t, 3, oldest.Sequence)
	require.Equal(t, begun.Add(2*time.Minute), oldest.Traffic[0].Minute)
}

func TestReporter_ManyDeployments_ReportsOfBoundedSize(t *testing.T) {
	t.Parallel()

	l := newLedger()

	for range 2*reportRows + 1 {
		made := &counter{deploymentID: uuid.New()}
		made.count(outcome{status: http.StatusOK})
		l.route(made)
	}

	require.Zero(t, l.collect(time.Now()))
	require.Equal(t, []int{reportRows, reportRows, 1}, lo.Map(l.reports, func(r client.EdgeReport, _ int) int { return len(r.Traffic) }))
}

func TestReporter_RefusedForGood_GoesOnWithTheNext(t *testing.T) {
	t.Parallel()

	b := setup(t)
	route := live(demoHost, app(t, says("x")))
	b.serve(t, route)
	b.platform.answerReports(http.StatusUnprocessableEntity)
	b.get(t, demoHost, "/")
	b.settled(t)
	b.told(t)

	b.platform.answerReports(0)
	b.get(t, demoHost, "/")
	b.settled(t)
	require.Len(t, b.told(t), 2)

	_, left := b.proxy.reporter.ledger.next(time.Now())
	require.False(t, left)
}

func TestReporter_EdgeStops_TellsWhatItCountedLast(t *testing.T) {
	t.Parallel()

	b := setup(t)
	route := live(demoHost, app(t, says("x")))
	b.serve(t, route)
	b.get(t, demoHost, "/")
	b.stop()
	<-b.stopped
	require.EqualValues(t, 1, totalsOf(b.platform.told(), route.DeploymentID).Successful)
}

func TestReporter_EdgeStopsWhilePlatformStumbles_TellsAllTheSame(t *testing.T) {
	t.Parallel()

	b := setup(t)
	route := live(demoHost, app(t, says("x")))
	b.serve(t, route)
	b.get(t, demoHost, "/")
	b.settled(t)

	// One report is left from the minute before.
	b.proxy.reporter.collect(t.Context(), time.Now().Truncate(time.Minute).Add(-time.Minute))
	b.get(t, demoHost, "/")
	b.platform.stumble()
	b.stop()
	<-b.stopped

	require.EqualValues(t, 2, totalsOf(b.platform.told(), route.DeploymentID).Successful)
}

func TestReporter_EdgeStops_TellsOfTheRequestsThatItCutsOff(t *testing.T) {
	t.Parallel()

	b := setup(t, func(c *Config) { c.DrainTimeout = time.Millisecond })
	reached := make(chan struct{})
	route := live(demoHost, app(t, func(_ http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	}))
	b.serve(t, route)

	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\n\r\n")
	require.NoError(t, err)

	<-reached
	b.stop()
	<-b.stopped

	counted := totalsOf(b.platform.told(), route.DeploymentID)
	require.EqualValues(t, 1, counted.Aborted+counted.ServerErrors)
}
