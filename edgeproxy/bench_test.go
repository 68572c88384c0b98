package edgeproxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// BenchmarkProxy shows a small answer from the app itself, through a bare httputil.ReverseProxy with a like transport, and
// through the edge; visitors, proxy and app share the machine.
func BenchmarkProxy(b *testing.B) {
	vm := app(b, says(strings.Repeat("x", 65)))
	edge := setup(b)
	edge.serve(b, live(demoHost, vm))

	own := setup(b, func(c *Config) { c.OwnEngine = true })
	own.serve(b, live(demoHost, vm))

	target, err := url.Parse("http://" + vm.Address)
	require.NoError(b, err)

	transport := &http.Transport{MaxIdleConnsPerHost: maxIdlePerUpstream, DisableCompression: true}
	bare := httptest.NewServer(&httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
		},
	})
	b.Cleanup(bare.Close)
	b.Cleanup(transport.CloseIdleConnections)

	for _, way := range []struct{ name, address string }{
		{"raw", vm.Address}, {"reverseproxy", bare.Listener.Addr().String()}, {"edge", edge.address}, {"own", own.address},
	} {
		b.Run(way.name, func(b *testing.B) {
			visit(b, edge.client, way.address)
		})
	}
}

// BenchmarkRecords shows the same answer through two edges, of which one records requests.
func BenchmarkRecords(b *testing.B) {
	vm := app(b, says(strings.Repeat("x", 65)))
	route := live(demoHost, vm)
	without, with := setup(b), recording(b)
	without.serve(b, route)
	with.serve(b, route)

	for _, way := range []struct {
		name string
		edge *testBundle
	}{{"without", without}, {"with", with}} {
		b.Run(way.name, func(b *testing.B) { visit(b, way.edge.client, way.edge.address) })
	}
}

// BenchmarkRecord measures what recording adds to one request: one that is kept, with the ring full, and one of a flood.
func BenchmarkRecord(b *testing.B) {
	request := httptest.NewRequest(http.MethodGet, "http://demo.example.com/products/42?q=1", nil)

	for _, way := range []struct {
		name        string
		deployments int
	}{{"kept", 1 << 16}, {"sampled", 1}} {
		b.Run(way.name, func(b *testing.B) {
			recorder := newRequestRecorder()
			exchanges := make([]*exchange, way.deployments)

			for i := range exchanges {
				exchanges[i] = &exchange{id: id.New().String(), host: demoHost, route: &route{deploymentID: id.New()}, status: http.StatusOK, started: time.Now()}
			}

			var turn atomic.Int64

			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					recorder.record(askedBy(request), exchanges[int(turn.Add(1))%len(exchanges)])
				}
			})
		})
	}
}

// visit sends requests to the demo at an address, several at once.
func visit(b *testing.B, visitor *http.Client, address string) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+address+"/", nil)
			if err != nil {
				b.Error(err)

				return
			}

			request.Host = demoHost

			response, err := visitor.Do(request)
			if err != nil {
				b.Error(err)

				return
			}

			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				b.Error(response.Status, err)
			}

			_ = response.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// BenchmarkRoute measures the work of the edge before it connects to an app.
func BenchmarkRoute(b *testing.B) {
	edge := setup(b)
	edge.serve(b, live("*.example.org"))

	request := httptest.NewRequest(http.MethodGet, "http://unknown.example.com/", nil)

	b.ReportAllocs()

	for b.Loop() {
		edge.proxy.handler.ServeHTTP(httptest.NewRecorder(), request)
	}
}
