// Package monitoring checks what monitoring/ has for Prometheus and Grafana: each metric that rules and dashboards ask for is promised by
// monitoring/metrics.json, and tests of the services compare what they serve with that promise.
package monitoring

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
	prometheusexporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
)

// Promised are the labels of the metrics that a service serves, by the names of series, such as http_server_request_duration_seconds_bucket.
type Promised map[string][]string

// Read returns what is promised of each service; "every" has what all serve, "prometheus" what Prometheus adds by itself.
func Read(t *testing.T, file string) map[string]Promised {
	t.Helper()

	content, err := os.ReadFile(file)
	require.NoError(t, err)

	services := map[string]Promised{}
	require.NoError(t, json.Unmarshal(content, &services))

	return services
}

// RequireServed holds that a service serves what is promised of it in monitoring/metrics.json, which is file.
func RequireServed(t *testing.T, file, service string, metrics http.Handler) {
	t.Helper()

	promised := Read(t, file)[service]
	require.NotEmpty(t, promised, "nothing is promised of %s", service)

	served := scrape(t, metrics)
	for name, labels := range promised {
		require.Contains(t, served, name)
		require.Subset(t, served[name], labels, "labels of %s", name)
	}
}

// NewProvider returns a provider of meters, and the handler that shows Prometheus what they measure.
func NewProvider(t *testing.T) (*metric.MeterProvider, http.Handler) {
	t.Helper()

	registry := prometheus.NewRegistry()
	exporter, err := prometheusexporter.New(prometheusexporter.WithRegisterer(registry))
	require.NoError(t, err)

	return metric.NewMeterProvider(metric.WithReader(exporter)), promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// scrape reads metrics as Prometheus does, and returns the labels that any series of a name has.
func scrape(t *testing.T, metrics http.Handler) map[string][]string {
	t.Helper()

	answer := httptest.NewRecorder()
	metrics.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code)

	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(answer.Body.String()))
	require.NoError(t, err)

	served := map[string][]string{}

	for name, family := range families {
		names := map[string][]string{name: nil}
		if family.GetType() == dto.MetricType_HISTOGRAM {
			names = map[string][]string{name + "_bucket": {"le"}, name + "_sum": nil, name + "_count": nil}
		}

		for _, one := range family.GetMetric() {
			for series, own := range names {
				labels := append(slices.Clone(own), served[series]...)
				for _, pair := range one.GetLabel() {
					labels = append(labels, pair.GetName())
				}

				served[series] = slices.Compact(slices.Sorted(slices.Values(labels)))
			}
		}
	}

	return served
}
