package edgeproxy

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// end notes a request that has ended, with its upstream still in the exchange.
func (h *handler) end(r *http.Request, e *exchange) {
	h.note(r.Context(), askedBy(r), protocolOf(r), e)
}

func protocolOf(r *http.Request) string {
	switch {
	case r.ProtoMajor > 1:
		return strconv.Itoa(r.ProtoMajor)
	case r.ProtoMinor == 0:
		return "1.0"
	default:
		return protocol11
	}
}

const protocol11 = "1.1"

// note records, measures and logs a request that has ended, with its upstream still in the exchange.
func (h *handler) note(ctx context.Context, request asked, protocol string, e *exchange) {
	h.records.record(request, e)
	h.meters.answered(ctx, request.method, protocol, e.status, time.Since(e.started))

	if h.logger.Enabled(ctx, slog.LevelDebug) {
		h.log(ctx, request, e)
	}
}

// log writes a line about the request, without its query, which may hold secrets.
func (h *handler) log(ctx context.Context, request asked, e *exchange) {
	attributes := []slog.Attr{
		slog.String("request_id", e.id),
		slog.String("method", request.method),
		slog.String("host", request.host),
		slog.String("path", request.path()),
		slog.Int("status", e.status),
		slog.Duration("duration", time.Since(e.started)),
		slog.Int("attempts", e.attempts),
	}
	if e.route != nil {
		attributes = append(attributes, logging.Deployment(e.route.deploymentID), logging.VM(e.vmID()))
	}

	h.logger.LogAttrs(ctx, slog.LevelDebug, "request", attributes...)
}
