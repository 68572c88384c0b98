package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// meters are the edge's own metrics; otelhttp measures requests and their durations. No attribute comes from a request, so that clients
// cannot make series.
type meters struct {
	inFlight       metric.Int64UpDownCounter
	upstreamErrors metric.Int64Counter
}

func newMeters(provider metric.MeterProvider, current *atomic.Pointer[table]) (*meters, error) {
	meter := provider.Meter("github.com/zeitwork/zeitwork/edgeproxy")

	inFlight, err1 := meter.Int64UpDownCounter("zeitwork.edge.requests.in_flight",
		metric.WithDescription("Requests that are being answered, WebSockets included."))
	upstreamErrors, err2 := meter.Int64Counter("zeitwork.edge.upstream.errors",
		metric.WithDescription("Attempts that a VM did not answer, by reason."))
	_, err3 := meter.Int64ObservableGauge("zeitwork.edge.table.version",
		metric.WithDescription("Version of the route table that is served from."),
		metric.WithInt64Callback(func(_ context.Context, observer metric.Int64Observer) error {
			if t := current.Load(); t != nil {
				observer.Observe(t.version)
			}

			return nil
		}))

	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("making the edge's meters: %w", err)
	}

	return &meters{inFlight: inFlight, upstreamErrors: upstreamErrors}, nil
}

func (m *meters) upstreamFailed(ctx context.Context, why reason) {
	m.upstreamErrors.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", string(why))))
}
