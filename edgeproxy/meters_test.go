package edgeproxy

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace/noop"
)

func TestMeters_CountWhatHappensAndNotWhatClientsSay(t *testing.T) {
	t.Parallel()

	reader := metric.NewManualReader()
	provider := metric.NewMeterProvider(metric.WithReader(reader))
	current := &atomic.Pointer[table]{}

	m, err := newMeters(provider, current)
	require.NoError(t, err)

	read := func() map[string]metricdata.Aggregation {
		var collected metricdata.ResourceMetrics

		require.NoError(t, reader.Collect(t.Context(), &collected))

		named := map[string]metricdata.Aggregation{}

		for _, scope := range collected.ScopeMetrics {
			for _, one := range scope.Metrics {
				named[one.Name] = one.Data
			}
		}

		return named
	}

	var during map[string]metricdata.Aggregation

	answers := app(t, func(http.ResponseWriter, *http.Request) { during = read() })
	made, problems := tableOf(live(demoHost, in("fsn", down(t)), in("hel", answers)))
	require.Empty(t, problems)
	current.Store(made)

	config := Config{Region: "fsn"}
	logger := slog.New(slog.DiscardHandler)
	upstreams, closeIdle := newTransport(config, current, newRefresh(), m, logger)
	t.Cleanup(closeIdle)

	handler := traced(newHandler(config, current, upstreams, m, logger), noop.NewTracerProvider())

	for _, host := range []string{demoHost, "a.example.com:81", "b.example.com:82", "c.example.com:83"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil))
	}

	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, healthPath, nil))

	inFlight, ok := during["zeitwork.edge.requests.in_flight"].(metricdata.Sum[int64])
	require.True(t, ok)
	require.EqualValues(t, 1, inFlight.DataPoints[0].Value)

	after := read()

	inFlight, ok = after["zeitwork.edge.requests.in_flight"].(metricdata.Sum[int64])
	require.True(t, ok)
	require.Zero(t, inFlight.DataPoints[0].Value)

	failed, ok := after["zeitwork.edge.upstream.errors"].(metricdata.Sum[int64])
	require.True(t, ok)
	require.EqualValues(t, 1, failed.DataPoints[0].Value)

	version, ok := after["zeitwork.edge.table.version"].(metricdata.Gauge[int64])
	require.True(t, ok)
	require.EqualValues(t, 1, version.DataPoints[0].Value)

	durations, ok := after["http.server.request.duration"].(metricdata.Histogram[float64])
	require.True(t, ok)
	require.Len(t, durations.DataPoints, 2, "one series a status, whatever the Host header says")
}
