package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestTraces_OfStrangers_AreLinkedAndNotContinued(t *testing.T) {
	t.Parallel()

	const strangers = "4bf92f3577b34da6a3ce929d0e0e4736"

	recorder := tracetest.NewSpanRecorder()
	handler := traced(http.NotFoundHandler(),
		otelhttp.WithTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(recorder))), otelhttp.WithPropagators(propagation.TraceContext{}))

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/me", nil)
	request.Header.Set("Traceparent", "00-"+strangers+"-00f067aa0ba902b7-01")
	handler.ServeHTTP(httptest.NewRecorder(), request)

	require.Len(t, recorder.Ended(), 1)

	span := recorder.Ended()[0]
	require.NotEqual(t, strangers, span.SpanContext().TraceID().String())
	require.False(t, span.Parent().IsValid())
	require.Equal(t, strangers, span.Links()[0].SpanContext.TraceID().String())
}
