package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/zeitwork/zeitwork/internal/latency"
)

// measureDeployments serves the counters as metrics, for those who have them on: each deployment that is routed makes 26 series.
func measureDeployments(provider metric.MeterProvider, l *ledger) error {
	meter := provider.Meter("github.com/zeitwork/zeitwork/edgeproxy")

	requests, err1 := meter.Int64ObservableCounter("zeitwork.edge.deployment.requests",
		metric.WithDescription("Requests to a deployment that have ended, by class: the first digit of the status, or aborted."))
	// Asynchronous histograms do not exist. Prometheus takes any counters with a label le for one.
	durations, err2 := meter.Int64ObservableCounter("zeitwork.edge.deployment.duration.bucket",
		metric.WithDescription("Requests to a deployment that took at most le milliseconds."))
	received, err3 := meter.Int64ObservableCounter("zeitwork.edge.deployment.received", metric.WithUnit("By"),
		metric.WithDescription("Bytes of the bodies of requests to a deployment."))
	sent, err4 := meter.Int64ObservableCounter("zeitwork.edge.deployment.sent", metric.WithUnit("By"),
		metric.WithDescription("Bytes of the bodies of answers of a deployment."))
	inFlight, err5 := meter.Int64ObservableGauge("zeitwork.edge.deployment.in_flight",
		metric.WithDescription("Requests to a deployment that are being answered."))

	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return fmt.Errorf("making the meters of deployments: %w", err)
	}

	_, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		for _, c := range l.counters() {
			deployment, read := attribute.String("deployment_id", c.deploymentID.String()), c.read()
			with := func(more ...attribute.KeyValue) metric.MeasurementOption {
				return metric.WithAttributeSet(attribute.NewSet(append(more, deployment)...))
			}

			for class, count := range read.byClass {
				observer.ObserveInt64(requests, count, with(attribute.String("class", className(class))))
			}

			total := int64(0)

			for i, count := range read.byLatency {
				total += count
				observer.ObserveInt64(durations, total, with(attribute.String("le", boundName(i))))
			}

			observer.ObserveInt64(received, read.bytesIn, with())
			observer.ObserveInt64(sent, read.bytesOut, with())
			observer.ObserveInt64(inFlight, c.inFlight.Load(), with())
		}

		return nil
	}, requests, durations, received, sent, inFlight)
	if err != nil {
		return fmt.Errorf("measuring deployments: %w", err)
	}

	return nil
}

func className(class int) string {
	if class == classAborted {
		return "aborted"
	}

	return strconv.Itoa(class) + "xx"
}

// boundName is the upper bound of a bucket, as Prometheus writes it.
func boundName(bucket int) string {
	if bounds := latency.Bounds(); bucket < len(bounds) {
		return strconv.FormatFloat(bounds[bucket], 'f', -1, 64)
	}

	return "+Inf"
}

// counters returns those of the deployments that are routed.
func (l *ledger) counters() []*counter {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	routed := make([]*counter, 0, len(l.routed))
	for c := range l.routed {
		routed = append(routed, c)
	}

	return routed
}
