// Package telemetry sets up the OpenTelemetry metrics and traces of a process.
//
// Metrics are served to Prometheus. Traces go where the standard OTEL_* environment variables say, and nowhere when none
// is set: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel"
	prometheusexporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
)

// cardinalityLimit is how many series a metric may have. OpenTelemetry would stop at 2,000, which the metrics of deployments and VMs may need more than.
const cardinalityLimit = 200_000

// Telemetry is what a process measures of itself.
type Telemetry struct {
	// Metrics answers Prometheus.
	Metrics http.Handler

	shutdown []func(context.Context) error
}

// Setup makes the providers of the service and installs them as OpenTelemetry's global ones, which the libraries use. It
// is called once a process.
func Setup(ctx context.Context, service string) (*Telemetry, error) {
	about, err := describe(service)
	if err != nil {
		return nil, err
	}

	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	exporter, err := prometheusexporter.New(prometheusexporter.WithRegisterer(registry))
	if err != nil {
		return nil, fmt.Errorf("make the Prometheus exporter: %w", err)
	}

	meters := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithResource(about), metric.WithCardinalityLimit(cardinalityLimit))
	otel.SetMeterProvider(meters)

	telemetry := &Telemetry{
		Metrics:  promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		shutdown: []func(context.Context) error{meters.Shutdown},
	}

	if err := telemetry.trace(ctx, about); err != nil {
		return nil, err
	}

	return telemetry, nil
}

// describe names the service "zeitwork-api" and the like, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES names it.
func describe(service string) (*resource.Resource, error) {
	about, err := resource.Merge(resource.Default(), resource.NewSchemaless(semconv.ServiceName("zeitwork-"+service)))
	if err != nil {
		return nil, fmt.Errorf("describe the service to OpenTelemetry: %w", err)
	}

	if about, err = resource.Merge(about, resource.Environment()); err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}

	return about, nil
}

func (t *Telemetry) trace(ctx context.Context, about *resource.Resource) error {
	if os.Getenv("OTEL_TRACES_EXPORTER") == "" && os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" &&
		os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil
	}

	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return fmt.Errorf("make the trace exporter that OTEL_TRACES_EXPORTER=%q asks for: %w", os.Getenv("OTEL_TRACES_EXPORTER"), err)
	}

	if autoexport.IsNoneSpanExporter(exporter) {
		return nil
	}

	tracers := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(about))
	otel.SetTracerProvider(tracers)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))

	t.shutdown = append(t.shutdown, tracers.Shutdown)

	return nil
}

// Shutdown sends what has not been sent yet.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var all error
	for _, shutdown := range t.shutdown {
		all = errors.Join(all, shutdown(ctx))
	}

	return all
}
