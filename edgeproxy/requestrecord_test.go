package edgeproxy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// receivedRecords is what the platform got of requests: each id once, as the API stores it.
type receivedRecords struct {
	mutex    sync.Mutex
	text     string // All bodies as they came.
	requests []client.ShippedRequest
	dropped  map[uuid.UUID]int64
	// away refuses batches for now; deaf takes them and loses the answer.
	away, deaf bool
	// strict refuses requests for good.
	strict bool
	// refused is the path of requests that spoil their batch.
	refused string
	// repeated counts the records that had come before.
	repeated int
}

func (r *receivedRecords) receive(w http.ResponseWriter, request *http.Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	body, err := io.ReadAll(request.Body)
	if err != nil || r.away {
		w.WriteHeader(http.StatusServiceUnavailable)

		return
	}

	var batch client.ShipRequestsInputBody
	if err := json.Unmarshal(body, &batch); err != nil || len(batch.Requests) > shipBatch || batch.Requests == nil || batch.Dropped == nil ||
		(r.strict && len(batch.Requests) > 0) || lo.ContainsBy(batch.Requests, func(shipped client.ShippedRequest) bool { return shipped.Path == r.refused }) {
		w.WriteHeader(http.StatusUnprocessableEntity)

		return
	}

	r.text += string(body)

	for _, shipped := range batch.Requests {
		if lo.ContainsBy(r.requests, func(known client.ShippedRequest) bool { return known.ID == shipped.ID }) {
			r.repeated++
		} else {
			r.requests = append(r.requests, shipped)
		}
	}

	for _, dropped := range batch.Dropped {
		if r.dropped == nil {
			r.dropped = map[uuid.UUID]int64{}
		}

		r.dropped[dropped.ID] = dropped.Count
	}

	if r.deaf {
		w.WriteHeader(http.StatusBadGateway)

		return
	}

	w.WriteHeader(http.StatusNoContent)
}

func (r *receivedRecords) set(away, deaf bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.away, r.deaf = away, deaf
}

func (r *receivedRecords) all() []client.ShippedRequest {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return append([]client.ShippedRequest{}, r.requests...)
}

// missing is how many requests the edge says that it left out.
func (r *receivedRecords) missing() int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return lo.Sum(lo.Values(r.dropped))
}

// require returns that many records once they have come, in the order in which the requests began.
func (r *receivedRecords) require(tb testing.TB, count int) []client.ShippedRequest {
	tb.Helper()
	require.Eventually(tb, func() bool { return len(r.all()) >= count }, patience, frequency, "the records did not come")

	all := r.all()
	require.Len(tb, all, count)

	return all
}

// recording has the edge record requests and ship them at once.
func recording(tb testing.TB, changes ...func(*Config)) *testBundle {
	tb.Helper()

	return setup(tb, append(changes, func(c *Config) { c.RecordRequests = true })...)
}

func TestRequests_AreRecordedWithWhatBecameOfThem(t *testing.T) {
	t.Parallel()

	b := impatient(recording(t, func(c *Config) { c.Region = "fsn" }))
	vm := app(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/breaks":
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()

			panic(http.ErrAbortHandler)
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		default:
			_, _ = io.WriteString(w, "hello")
		}
	})
	retried, alone, asleep := live("retried.example.com", in("fsn", down(t)), in("hel", vm)), live(demoHost, vm), live("down.example.com", down(t))
	wild := live("*.example.org", vm)
	b.serve(t, retried, alone, asleep, wild)

	begun := time.Now()

	b.get(t, demoHost, "/a/b?token=hidden-query#x")
	b.get(t, "retried.example.com", "/retried")
	b.get(t, "down.example.com", "/down")
	b.do(t, b.request(t, http.MethodHead, demoHost, "/missing", nil))
	b.get(t, "Shop.Example.org:80", "/wild")
	b.get(t, "unknown.example.net", "/no-deployment")

	posted := b.request(t, http.MethodPost, demoHost, "/posted", strings.NewReader("hidden-body"))
	posted.Header.Set("Cookie", "hidden-cookie=1")
	posted.Header.Set("Authorization", "hidden-header")
	b.do(t, posted)

	response, err := b.client.Do(b.request(t, http.MethodGet, demoHost, "/breaks", nil))
	require.NoError(t, err)

	_, err = io.ReadAll(response.Body)
	require.Error(t, err)
	require.NoError(t, response.Body.Close())

	got := b.platform.records.require(t, 7)

	for _, record := range got {
		at := id.Time(record.ID)
		require.WithinRange(t, at, begun.Truncate(time.Millisecond), time.Now())
		require.Less(t, record.DurationUs, time.Since(begun).Microseconds())
		require.GreaterOrEqual(t, record.DurationUs, record.FirstByteUs)
		require.Positive(t, record.FirstByteUs)
		require.NotEmpty(t, record.RequestID)
	}

	type outcome struct {
		deployment                uuid.UUID
		vm                        bool
		what                      string
		status, attempts, written int64
		broke                     bool
	}

	require.Equal(t, []outcome{
		{*alone.DeploymentID, true, "GET demo.example.com/a/b", 200, 1, 5, false},
		{*retried.DeploymentID, true, "GET retried.example.com/retried", 200, 2, 5, false},
		{*asleep.DeploymentID, false, "GET down.example.com/down", 503, 1, got[2].BytesOut, false},
		{*alone.DeploymentID, true, "HEAD demo.example.com/missing", 404, 1, 0, false},
		{*wild.DeploymentID, true, "GET shop.example.org/wild", 200, 1, 5, false},
		{*alone.DeploymentID, true, "POST demo.example.com/posted", 200, 1, 5, false},
		{*alone.DeploymentID, true, "GET demo.example.com/breaks", 200, 1, 4, true},
	}, lo.Map(got, func(r client.ShippedRequest, _ int) outcome {
		return outcome{
			r.DeploymentID, lo.FromPtr(r.VMID) == vm.VMID, r.Method + " " + r.Host + r.Path, r.Status, r.Attempts, r.BytesOut, r.Interrupted,
		}
	}))

	require.NotContains(t, b.platform.records.text, "hidden")
	require.NotContains(t, b.platform.records.text, "127.0.0.1")
}

func TestRequests_WebSocket_IsRecordedWhenItIsClosed(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, stream, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}

		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = stream.ReadString('\n')
		_ = connection.Close()
	})))

	connection := b.connect(t)
	_, err := io.WriteString(connection, "GET /socket HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	require.NoError(t, err)

	begun, err := bufio.NewReader(connection).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, begun, "101 Switching Protocols")

	_, err = io.WriteString(connection, "bye\n")
	require.NoError(t, err)
	require.Empty(t, b.platform.records.all())

	_, err = io.ReadAll(connection)
	require.NoError(t, err)
	require.NoError(t, connection.Close())

	got := b.platform.records.require(t, 1)[0]
	require.EqualValues(t, http.StatusSwitchingProtocols, got.Status)
	require.False(t, got.Interrupted)
}

func TestRequests_OfAnEdgeThatIsToldNotTo_AreNotRecorded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.serve(t, live(demoHost, app(t, says("hello"))))
	b.get(t, demoHost, "/")
	b.stop()
	<-b.stopped

	require.Empty(t, b.platform.records.all())
}

func TestRequests_HostilePaths_CanBeShownAndAreBounded(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.serve(t, live(demoHost, app(t, says("hello"))))

	paths := []struct{ sent, kept string }{
		{"/<script>alert(1)</script>&amp;", "/<script>alert(1)</script>&amp;"},
		{"/%00/%E2%80%AE/%0A", "/%00/%E2%80%AE/%0A"},
		{"/a\u202eb\u200bc", "/a%E2%80%AEb%E2%80%8Bc"},
		{"/a\xff\xfeb\uFFFD", "/a%FF%FEb%EF%BF%BD"},
		{"/ümlaut/€", "/ümlaut/€"},
		{"/" + strings.Repeat("x", 10_000), "/" + strings.Repeat("x", maxPath-1-len(cutMark)) + cutMark},
		{"/" + strings.Repeat("x", maxPath-1), "/" + strings.Repeat("x", maxPath-1)},
		{"/" + strings.Repeat("€", 500), "/" + strings.Repeat("€", 340) + cutMark},
		{"/" + strings.Repeat("\xff", 500), "/" + strings.Repeat("%FF", 340) + cutMark},
		{"//twice/../up", "//twice/../up"},
		{"http://" + demoHost + "/absolute?q=1", "/absolute"},
	}

	for _, path := range paths {
		b.raw(t, "OPTIONS "+path.sent+" HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\n\r\n")
	}

	for i, record := range b.platform.records.require(t, len(paths)) {
		require.Equal(t, paths[i].kept, record.Path)
	}
}

func TestRequests_LongMethod_IsCut(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.serve(t, live(demoHost, app(t, says("hello"))))
	b.raw(t, strings.Repeat("M", 5_000)+" / HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\n\r\n")

	require.Equal(t, strings.Repeat("M", maxMethod-len(cutMark))+cutMark, b.platform.records.require(t, 1)[0].Method)
}

func TestRequests_AnswerOfThePlatformIsLost_AreShippedAgainByTheSameIDs(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.platform.records.set(false, true)
	b.serve(t, live(demoHost, app(t, says("hello"))))

	for i := range 3 {
		b.get(t, demoHost, fmt.Sprintf("/%d", i))
	}

	b.platform.records.require(t, 3)
	require.Eventually(t, func() bool {
		b.platform.records.mutex.Lock()
		defer b.platform.records.mutex.Unlock()

		return b.platform.records.repeated > 0
	}, patience, frequency)
	b.platform.records.set(false, false)

	b.get(t, demoHost, "/3")
	require.Equal(t, []string{"/0", "/1", "/2", "/3"}, lo.Map(b.platform.records.require(t, 4), func(r client.ShippedRequest, _ int) string { return r.Path }))
}

func TestRequests_PlatformWasAway_AreDeliveredWhenItIsBack(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.platform.records.set(true, false)
	b.serve(t, live(demoHost, app(t, says("hello"))))
	b.get(t, demoHost, "/while-away")
	b.platform.records.set(false, false)

	require.Equal(t, "/while-away", b.platform.records.require(t, 1)[0].Path)
}

func TestRequests_PlatformRefusesThem_AreCountedAsMissing(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.platform.records.mutex.Lock()
	b.platform.records.strict = true
	b.platform.records.mutex.Unlock()
	b.serve(t, live(demoHost, app(t, says("hello"))))
	b.get(t, demoHost, "/")

	require.Eventually(t, func() bool { return b.platform.records.missing() == 1 }, patience, frequency)
	require.Empty(t, b.platform.records.all())
}

func TestRequests_PlatformRefusesOneOfABatch_TheOthersAreStored(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.platform.records.set(true, false)
	b.platform.records.mutex.Lock()
	b.platform.records.refused = "/3"
	b.platform.records.mutex.Unlock()
	b.serve(t, live(demoHost, app(t, says("hello"))))

	for i := range 7 {
		b.get(t, demoHost, fmt.Sprintf("/%d", i))
	}

	b.platform.records.set(false, false)

	paths := lo.Map(b.platform.records.require(t, 6), func(r client.ShippedRequest, _ int) string { return r.Path })
	require.Equal(t, []string{"/0", "/1", "/2", "/4", "/5", "/6"}, paths)
	require.Eventually(t, func() bool { return b.platform.records.missing() == 1 }, patience, frequency)
}

func TestRequests_EdgeStops_DeliversItsLastOnes(t *testing.T) {
	t.Parallel()

	b := recording(t)
	b.serve(t, live(demoHost, app(t, says("hello"))))
	b.get(t, demoHost, "/last")
	b.stop()
	<-b.stopped

	require.Len(t, b.platform.records.all(), 1)
}

func TestRequests_Flood_IsBoundedAndCountedToTheLastOne(t *testing.T) {
	t.Parallel()

	const sent = 3_200

	b := impatient(recording(t))
	b.serve(t, live(demoHost, app(t, says("hello"))), live("down.example.com", down(t)))

	var senders sync.WaitGroup

	for range 4 {
		senders.Go(func() {
			for i := range sent / 4 {
				host := lo.Ternary(i%100 == 0, "down.example.com", demoHost)
				request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/", nil)
				b.proxy.handler.ServeHTTP(httptest.NewRecorder(), request)
			}
		})
	}

	senders.Wait()
	b.stop()
	<-b.stopped

	kept := b.platform.records.all()
	require.EqualValues(t, sent, int64(len(kept))+b.platform.records.missing(), "each is recorded or counted")
	require.Positive(t, b.platform.records.missing())
	require.Equal(t, sent/100, lo.CountBy(kept, func(r client.ShippedRequest) bool { return r.Status == http.StatusServiceUnavailable }),
		"another deployment's flood costs none of this one's")
}
