package builder

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/metric"
)

// measure serves how the builder is as metrics.
func (s *Service) measure(provider metric.MeterProvider) error {
	meter := provider.Meter("github.com/zeitwork/zeitwork/builder")

	connections, err1 := meter.Int64ObservableGauge("zeitwork.builder.connections", metric.WithDescription("Connections of workers, one for each build."))
	deaths, err2 := meter.Int64ObservableCounter("zeitwork.builder.buildkitd.deaths", metric.WithDescription("How often buildkitd died and was started again."))

	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("make the meters of the builder: %w", err)
	}

	_, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		observer.ObserveInt64(connections, int64(s.door.Connections()))
		observer.ObserveInt64(deaths, s.deaths.Load())

		return nil
	}, connections, deaths)
	if err != nil {
		return fmt.Errorf("measure the builder: %w", err)
	}

	return nil
}
