package edgeproxy

import (
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"
)

func TestTraces_OfClients_AreLinkedAndNotContinued(t *testing.T) {
	t.Parallel()

	const theirs = "4bf92f3577b34da6a3ce929d0e0e4736"

	p := newPlatform(t)
	config := configFor(t, p)
	config.OwnEngine = ownEngine

	proxy, err := New(config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	recorder := tracetest.NewSpanRecorder()
	proxy.tracers = trace.NewTracerProvider(trace.WithSpanProcessor(recorder))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	b := serveProxy(t, p, proxy, listener)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })))

	request := b.request(t, http.MethodGet, demoHost, "/shop?secret=1", nil)
	request.Header.Set("Traceparent", "00-"+theirs+"-00f067aa0ba902b7-01")
	response, err := b.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	var span trace.ReadOnlySpan

	// The span ends after the last byte of the answer.
	require.Eventually(t, func() bool {
		for _, ended := range recorder.Ended() {
			if len(ended.Links()) > 0 {
				span = ended
			}
		}

		return span != nil
	}, patience, frequency)

	require.Equal(t, http.MethodGet, span.Name())
	require.Equal(t, api.SpanKindServer, span.SpanKind())
	require.NotEqual(t, theirs, span.SpanContext().TraceID().String())
	require.False(t, span.Parent().IsValid())
	require.Equal(t, theirs, span.Links()[0].SpanContext.TraceID().String())
	require.Contains(t, span.Attributes(), attribute.Int("http.response.status_code", http.StatusBadGateway))
	require.Contains(t, span.Attributes(), attribute.String("url.path", "/shop"))
}
