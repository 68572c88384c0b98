package edgeproxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkProxy shows a small answer from the app itself, through a bare httputil.ReverseProxy with a like transport, and
// through the edge; visitors, proxy and app share the machine.
func BenchmarkProxy(b *testing.B) {
	vm := app(b, says(strings.Repeat("x", 65)))
	edge := setup(b)
	edge.serve(b, live(demoHost, vm))

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
		{"raw", vm.Address}, {"reverseproxy", bare.Listener.Addr().String()}, {"edge", edge.address},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+way.address+"/", nil)
					if err != nil {
						b.Error(err)

						return
					}

					request.Host = demoHost

					response, err := edge.client.Do(request)
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
		})
	}
}

// BenchmarkRoute measures the work of the edge before it connects to an app.
func BenchmarkRoute(b *testing.B) {
	edge := setup(b)
	edge.serve(b)

	request := httptest.NewRequest(http.MethodGet, "http://unknown.example.com/", nil)

	b.ReportAllocs()

	for b.Loop() {
		edge.proxy.handler.ServeHTTP(httptest.NewRecorder(), request)
	}
}
