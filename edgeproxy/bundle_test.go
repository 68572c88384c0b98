package edgeproxy

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/setting"
)

const (
	patience  = 10 * time.Second
	frequency = time.Millisecond
	edgeToken = "zwe_test"
	demoHost  = "demo.example.com"
)

// ownEngine says that all edges of the tests have their own engine on.
var ownEngine = os.Getenv(ownEngineVariable) != ""

const ownEngineVariable = "ZEITWORK_TEST_OWN_ENGINE"

// All tests run a second time with the engine on, and many a third time over TLS, in processes of their own.
func TestOwnEngine_PassesEveryTest(t *testing.T) {
	t.Parallel()

	if ownEngine {
		return
	}

	for _, variables := range [][]string{{ownEngineVariable + "=1"}, {ownEngineVariable + "=1", overTLSVariable + "=1"}} {
		t.Run(strings.Join(variables, " "), func(t *testing.T) {
			t.Parallel()

			command := exec.CommandContext(t.Context(), os.Args[0], "-test.count=1", "-test.timeout=10m")
			if command.Env = append(os.Environ(), variables...); len(variables) > 1 {
				command.Args = append(command.Args, "-test.run="+testsOverTLS)
			}

			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s", output)
		})
	}
}

func TestMain(m *testing.M) {
	// net/http lingers for half a second on a connection that it closes with a body unread.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// platform answers /v1/edge as the API does.
type platform struct {
	*httptest.Server

	polls atomic.Int64
	away  atomic.Bool
	// deaf has polls that wait hear of nothing, as over a connection that died unseen.
	deaf atomic.Bool
	// records are what the edge has shipped.
	records receivedRecords
	// certificates are what the edge is told to end TLS with.
	certificates publishedCertificates

	// wholes and changes count answers with a whole table, and with what has changed.
	wholes, changes atomic.Int64

	mutex        sync.Mutex
	current      client.RouteTable
	earlier      map[int64]client.RouteTable
	changed      chan struct{}
	acknowledged int64
	// others is what the edge is told of other edges; empty: nothing.
	others string
	// draining is whether the edge is told that load balancers are to leave it; empty: nothing.
	draining string
	// version is what the edge said of its binary.
	version string
	// addresses are from where it said that it connects to VMs.
	addresses []string
	reports   []client.EdgeReport
	// key is the one to which the edge's token is bound; empty: none.
	key string
	// polled is the last request for routes.
	polled *http.Request
	// reportStatus is what reports are answered with; 0 for success.
	reportStatus int
	// woken are the deployments that the edge has asked for, each time that it did, and noRoom is what it is told.
	woken  []uuid.UUID
	noRoom bool
	// onWake is called with each of them, where it is set.
	onWake func(deployment uuid.UUID)
	// isOld has it know as much as the version before.
	isOld bool
	// stumbles has the next report answered with a failure.
	stumbles bool
}

func newPlatform(tb testing.TB) *platform {
	tb.Helper()

	p := &platform{changed: make(chan struct{}), earlier: map[int64]client.RouteTable{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/edge/routes", p.routes)
	mux.HandleFunc("POST /v1/edge/requests", p.records.receive)
	mux.HandleFunc("POST /v1/edge/report", p.report)
	mux.HandleFunc("POST /v1/edge/wake", p.wake)
	mux.HandleFunc("POST /v1/edge/key", p.bind)
	mux.HandleFunc("GET /v1/edge/certificates", p.certificates.answer)

	p.Server = httptest.NewServer(mux)
	tb.Cleanup(p.Close)

	return p
}

// bind takes the first key with which an edge comes, and refuses any other from then on.
func (p *platform) bind(w http.ResponseWriter, r *http.Request) {
	var input client.BindEdgeTokenInputBody
	if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
		panic(err)
	}

	p.mutex.Lock()
	defer p.mutex.Unlock()

	if p.key != "" && p.key != input.PublicKey {
		w.WriteHeader(http.StatusConflict)

		return
	}

	p.key = input.PublicKey

	w.WriteHeader(http.StatusNoContent)
}

func (p *platform) report(w http.ResponseWriter, r *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	var report client.EdgeReport
	if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
		panic(err)
	}

	if p.isOld && report.CountedUntil != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)

		return
	}

	p.reports = append(p.reports, report)

	if p.stumbles {
		p.stumbles = false

		w.WriteHeader(http.StatusBadGateway)

		return
	}

	w.WriteHeader(cmp.Or(p.reportStatus, http.StatusNoContent))
}

func (p *platform) wake(w http.ResponseWriter, r *http.Request) {
	if p.away.Load() {
		http.Error(w, "away", http.StatusServiceUnavailable)

		return
	}

	var asked client.WakeDeploymentInputBody
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		panic(err)
	}

	p.mutex.Lock()
	p.woken = append(p.woken, asked.DeploymentID)
	onWake, answer := p.onWake, client.WakeDeploymentOutputBody{NoRoom: p.noRoom}
	p.mutex.Unlock()

	if onWake != nil {
		onWake(asked.DeploymentID)
	}

	w.Header().Set("Content-Type", "application/json")

	if err := json.NewEncoder(w).Encode(answer); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// answer is what the platform tells an edge of a table: what has changed since the edge's, where the edge says which one that is and has it right.
func (p *platform) answer(table client.RouteTable, etag, checksum string) tableChange {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	whole, version := wholeChange(table.Version, table.Routes...), int64(0)
	_, _ = fmt.Sscanf(etag, `"%d"`, &version)

	before, known := p.earlier[version]
	if !known || version >= table.Version || wholeChange(version, before.Routes...).Checksum != checksum {
		p.wholes.Add(1)

		return whole
	}

	p.changes.Add(1)

	return changeBetween(before, table)
}

// wholeChange is a whole table as the platform sends it.
func wholeChange(version int64, routes ...client.Route) tableChange {
	change := tableChange{Version: version, Routes: []json.RawMessage{}}

	for _, r := range routes {
		raw, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}

		change.Routes = append(change.Routes, raw)
	}

	change.Checksum = change.sum()

	return change
}

// changeBetween is what the platform sends to an edge that has the earlier one of two tables.
func changeBetween(before, after client.RouteTable) tableChange {
	whole, had := wholeChange(after.Version, after.Routes...), wholeChange(before.Version, before.Routes...)
	change := tableChange{Version: after.Version, Since: &before.Version, Routes: []json.RawMessage{}, Checksum: whole.Checksum}
	text := func(raw json.RawMessage, _ int) string { return string(raw) }

	for i, raw := range whole.Routes {
		if !slices.Contains(lo.Map(had.Routes, text), string(raw)) {
			change.Routes = append(change.Routes, whole.Routes[i])
		}
	}

	now := lo.Map(after.Routes, func(r client.Route, _ int) string { return r.Hostname })
	for _, r := range before.Routes {
		if !slices.Contains(now, r.Hostname) {
			change.Removed = append(change.Removed, r.Hostname)
		}
	}

	return change
}

// tableOf makes a table of its own of routes.
func tableOf(routes ...client.Route) (*table, []error) {
	made, problems, err := newTableBook(newLedger()).apply(wholeChange(1, routes...))
	if err != nil {
		panic(err)
	}

	return made, problems
}

// stumble has the next report answered with a failure, and none behind it.
func (p *platform) stumble() {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.stumbles = true
}

// answerReports sets what reports are answered with.
func (p *platform) answerReports(status int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.reportStatus = status
}

// publish makes the next version of the table and returns it.
func (p *platform) publish(routes ...client.Route) int64 {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.earlier[p.current.Version] = p.current
	p.current = client.RouteTable{Version: p.current.Version + 1, Routes: routes}
	close(p.changed)
	p.changed = make(chan struct{})

	return p.current.Version
}

func (p *platform) routes(w http.ResponseWriter, r *http.Request) {
	p.polls.Add(1)

	if p.away.Load() {
		http.Error(w, "away", http.StatusServiceUnavailable)

		return
	}

	if r.Header.Get("Authorization") != "Bearer "+edgeToken {
		w.WriteHeader(http.StatusUnauthorized)

		return
	}

	p.mutex.Lock()
	if p.others != "" {
		w.Header().Set(headerOtherEdges, p.others)
	}

	if p.draining != "" {
		w.Header().Set(headerDraining, p.draining)
	}

	p.polled = r
	p.version, p.addresses = r.Header.Get("Zeitwork-Version"), strings.Split(r.URL.Query().Get("addresses"), ",")
	table, changed, etag, deaf := p.current, p.changed, fmt.Sprintf(`"%d"`, p.current.Version), p.deaf.Load()

	if _, err := fmt.Sscanf(r.Header.Get("If-None-Match"), `"%d"`, &p.acknowledged); err != nil && r.Header.Get("If-None-Match") != "" {
		panic(err)
	}
	p.mutex.Unlock()

	if r.Header.Get("If-None-Match") == etag && r.URL.Query().Get("wait_seconds") == "" {
		w.WriteHeader(http.StatusNotModified)

		return
	}

	if r.Header.Get("If-None-Match") == etag && deaf {
		<-r.Context().Done()

		return
	}

	if r.Header.Get("If-None-Match") == etag {
		select {
		case <-changed:
			p.mutex.Lock()
			table = p.current
			p.mutex.Unlock()
		case <-r.Context().Done():
			return
		}
	}

	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, table.Version))

	text, err := encodeChange(p.answer(table, r.Header.Get("If-None-Match"), r.Header.Get("Zeitwork-Routes-Checksum")))
	if err != nil {
		panic(err)
	}

	if _, err := w.Write(text); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (p *platform) requireAcknowledged(tb testing.TB, version int64) {
	tb.Helper()

	require.Eventually(tb, func() bool {
		p.mutex.Lock()
		defer p.mutex.Unlock()

		return p.acknowledged >= version
	}, patience, frequency, "version %d was not acknowledged", version)
}

// testBundle is one edge, the platform it polls, and a client of its visitors.
type testBundle struct {
	platform *platform
	proxy    *Proxy
	address  string
	// encrypted is where the edge ends TLS; empty: nowhere.
	encrypted string
	client    *http.Client
	// stop tells the edge to stop; stopped is closed when it has.
	stop    context.CancelFunc
	stopped chan struct{}
}

func setup(tb testing.TB, changes ...func(*Config)) *testBundle {
	tb.Helper()

	p := newPlatform(tb)
	config := configFor(tb, p)

	for _, change := range changes {
		change(&config)
	}

	return start(tb, p, config)
}

func configFor(tb testing.TB, p *platform) Config {
	tb.Helper()

	return Config{
		API: setting.API{APIURL: p.URL}, Token: edgeToken, DataDir: tb.TempDir(),
		DrainTimeout: patience, ResponseTimeout: patience, RequireRoute: true,
	}
}

func start(tb testing.TB, p *platform, config Config) *testBundle {
	tb.Helper()

	return startLogging(tb, p, config, slog.New(slog.DiscardHandler))
}

func startLogging(tb testing.TB, p *platform, config Config, logger *slog.Logger) *testBundle {
	tb.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)

	return startOn(tb, p, config, logger, listener)
}

func startOn(tb testing.TB, p *platform, config Config, logger *slog.Logger, listener net.Listener) *testBundle {
	tb.Helper()

	config.OwnEngine = config.OwnEngine || ownEngine
	config.OwnEngineTLS = true

	if overTLS && config.TLSListen == "" {
		withTLS(&config)
	}

	proxy, err := New(config, logger)
	require.NoError(tb, err)

	return serveProxy(tb, p, proxy, listener)
}

func serveProxy(tb testing.TB, p *platform, proxy *Proxy, listener net.Listener) *testBundle {
	tb.Helper()

	proxy.patience = time.Second
	encrypted := listenEncrypted(tb, proxy)

	ctx, stop := context.WithCancel(tb.Context())
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256}
	b := &testBundle{
		platform: p, proxy: proxy, address: listener.Addr().String(), encrypted: encrypted,
		client:  &http.Client{Transport: transport, Timeout: patience},
		stop:    stop,
		stopped: make(chan struct{}),
	}

	go func() {
		defer close(b.stopped)

		if err := proxy.Serve(ctx, listener); err != nil {
			tb.Error(err)
		}
	}()

	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		<-b.stopped
	})

	if overTLS {
		b.relayBefore(tb)
	}

	return b
}

// serve publishes a table and returns when the edge serves from it.
func (b *testBundle) serve(tb testing.TB, routes ...client.Route) {
	tb.Helper()

	b.platform.requireAcknowledged(tb, b.platform.publish(routes...))
}

func (b *testBundle) request(tb testing.TB, method, host, path string, body io.Reader) *http.Request {
	tb.Helper()

	request, err := http.NewRequestWithContext(tb.Context(), method, "http://"+b.address+path, body)
	require.NoError(tb, err)

	request.Host = host

	return request
}

// reply is an answer of which the body has been read.
type reply struct {
	StatusCode int
	Header     http.Header
}

func (b *testBundle) do(tb testing.TB, request *http.Request) (reply, string) {
	tb.Helper()

	response, err := b.client.Do(request)
	require.NoError(tb, err)

	body, err := io.ReadAll(response.Body)
	require.NoError(tb, err)
	require.NoError(tb, response.Body.Close())

	return reply{response.StatusCode, response.Header}, string(body)
}

func (b *testBundle) get(tb testing.TB, host, path string) (reply, string) {
	tb.Helper()

	return b.do(tb, b.request(tb, http.MethodGet, host, path, nil))
}

// holder returns the edge's holder.
func (b *testBundle) holder() *holder { return b.transport().holder }

// transport returns what sends requests to VMs.
func (b *testBundle) transport() *transport { return b.proxy.handler.proxy.Transport.(*transport) }

// impatient has requests answered at once where no VM takes them. It is called before the first one.
func impatient(b *testBundle) *testBundle {
	b.holder().patience, b.holder().patienceAway = 0, 0

	return b
}

// raw sends bytes as they are and returns all that comes back until the edge closes the connection.
func (b *testBundle) raw(tb testing.TB, message string) string {
	tb.Helper()

	connection := b.connect(tb)
	_, err := io.WriteString(connection, message)
	require.NoError(tb, err)

	answer, err := io.ReadAll(connection)
	require.NoError(tb, err)

	return string(answer)
}

func (b *testBundle) connect(tb testing.TB) net.Conn {
	tb.Helper()

	connection, err := net.Dial("tcp", b.address)
	require.NoError(tb, err)
	closeAfter(tb, connection)
	require.NoError(tb, connection.SetDeadline(time.Now().Add(patience)))

	return connection
}

func closeAfter(tb testing.TB, closer io.Closer) {
	tb.Helper()
	tb.Cleanup(func() { _ = closer.Close() })
}

func live(host string, upstreams ...client.Upstream) client.Route {
	deployment := id.New()

	return client.Route{Hostname: host, ProjectID: id.New(), DeploymentID: &deployment, State: client.RouteStateLive, Upstreams: upstreams}
}

// app starts an app and returns it as a VM of the table.
func app(tb testing.TB, handler http.HandlerFunc) client.Upstream {
	tb.Helper()

	server := httptest.NewUnstartedServer(handler)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	tb.Cleanup(server.Close)

	return client.Upstream{VMID: id.New(), Address: server.Listener.Addr().String()}
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// down is a VM whose port nobody listens on.
func down(tb testing.TB) client.Upstream {
	tb.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	require.NoError(tb, listener.Close())

	return client.Upstream{VMID: id.New(), Address: listener.Addr().String()}
}

// at returns an upstream of the inner form, for tests of parts.
func at(address, region string) *upstream {
	return newUpstream(uuid.New(), netip.MustParseAddrPort(address), region)
}

func contains(haystack string, needles ...string) bool {
	for _, needle := range needles {
		if !strings.Contains(haystack, needle) {
			return false
		}
	}

	return true
}
