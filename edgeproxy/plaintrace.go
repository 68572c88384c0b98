package edgeproxy

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	api "go.opentelemetry.io/otel/trace"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

// tracerOf returns what begins the traces of the engine's requests, or nil where none are recorded.
func tracerOf(provider api.TracerProvider) api.Tracer {
	if _, records := provider.(*trace.TracerProvider); !records {
		return nil
	}

	return provider.Tracer("github.com/zeitwork/zeitwork/edgeproxy")
}

// beginTrace begins a trace for the request, as traced does for those of net/http: one of the client is linked and not continued.
func (c *plainConn) beginTrace() {
	tracer, w := c.engine.tracer, c.work
	if tracer == nil {
		return
	}

	said := propagation.MapCarrier{}

	for i := range w.request.Fields {
		for _, name := range [...]string{"traceparent", "tracestate"} {
			if field := &w.request.Fields[i]; http1.EqualFold(field.Name, name) {
				said[name] = string(field.Value)
			}
		}
	}

	options := []api.SpanStartOption{
		api.WithSpanKind(api.SpanKindServer), api.WithNewRoot(), api.WithTimestamp(w.exchange.started),
		api.WithAttributes(
			semconv.HTTPRequestMethodKey.String(methodName(view(w.request.Method))), semconv.URLScheme(c.scheme()),
			semconv.URLPath(string(w.request.Path())), semconv.ServerAddress(string(w.request.Host)), semconv.NetworkProtocolVersion("1.1"),
			semconv.ClientAddress(c.peer.String()),
		),
	}

	if theirs := api.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), said)); theirs.IsValid() {
		options = append(options, api.WithLinks(api.Link{SpanContext: theirs}))
	}

	_, w.exchange.span = tracer.Start(context.Background(), methodName(view(w.request.Method)), options...) //nolint:spancheck // endTrace ends it.
}

// endTrace ends it with the answer's status.
func (e *exchange) endTrace() {
	if e.span == nil {
		return
	}

	e.span.SetAttributes(semconv.HTTPResponseStatusCode(e.status))

	if e.status >= http.StatusInternalServerError {
		e.span.SetStatus(codes.Error, "")
	}

	e.span.End()
}
