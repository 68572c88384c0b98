package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// meters are the edge's own metrics. No attribute comes from a request as it stands, so that clients cannot make series.
type meters struct {
	inFlight       atomic.Int64
	upstreamErrors metric.Int64Counter
	durations      metric.Float64Histogram
	// series are the attributes of durations: metric.MeasurementOption by seriesKey.
	series sync.Map
}

type seriesKey struct {
	method, protocol string
	status           int
}

func newMeters(provider metric.MeterProvider, current *atomic.Pointer[table]) (*meters, error) {
	meter, m := provider.Meter("github.com/zeitwork/zeitwork/edgeproxy"), &meters{}

	var err1, err2 error

	m.upstreamErrors, err1 = meter.Int64Counter("zeitwork.edge.upstream.errors",
		metric.WithDescription("Attempts that a VM did not answer, by reason."))
	m.durations, err2 = meter.Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP server requests."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)) //nolint:mnd // As OpenTelemetry advises.
	_, err3 := meter.Int64ObservableUpDownCounter("zeitwork.edge.requests.in_flight",
		metric.WithDescription("Requests that are being answered, WebSockets included."),
		metric.WithInt64Callback(func(_ context.Context, observer metric.Int64Observer) error {
			observer.Observe(m.inFlight.Load())

			return nil
		}))
	_, err4 := meter.Int64ObservableGauge("zeitwork.edge.table.version",
		metric.WithDescription("Version of the route table that is served from."),
		metric.WithInt64Callback(func(_ context.Context, observer metric.Int64Observer) error {
			if t := current.Load(); t != nil {
				observer.Observe(t.version)
			}

			return nil
		}))

	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, fmt.Errorf("making the edge's meters: %w", err)
	}

	return m, nil
}

func (m *meters) upstreamFailed(ctx context.Context, why reason) {
	m.upstreamErrors.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", string(why))))
}

// answered measures a request that has ended.
func (m *meters) answered(ctx context.Context, method, protocol string, status int, took time.Duration) {
	key := seriesKey{methodName(method), protocol, status}

	known, ok := m.series.Load(key)
	if !ok {
		known, _ = m.series.LoadOrStore(key, metric.WithAttributeSet(attribute.NewSet(
			attribute.String("http.request.method", key.method), attribute.Int("http.response.status_code", status),
			attribute.String("network.protocol.name", "http"), attribute.String("network.protocol.version", protocol))))
	}

	m.durations.Record(ctx, took.Seconds(), known.(metric.MeasurementOption)) //nolint:forcetypeassert // There is nothing else in it.
}

// methodName is the method as OpenTelemetry has it in attributes.
func methodName(method string) string {
	for _, known := range [...]string{
		http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodConnect,
		http.MethodTrace,
	} {
		if method == known {
			return known
		}
	}

	return "_OTHER"
}
