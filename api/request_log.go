package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const requestIDHeader = "X-Request-Id"

// requestNote collects what the log line of a request says, while the request is handled.
type requestNote struct {
	mutex      sync.Mutex
	errors     []error
	operation  string
	deployment uuid.UUID
	quiet      bool
}

type noteKey struct{}

// noteError adds an error to the log line of its request.
func noteError(ctx context.Context, err error) {
	if note, ok := ctx.Value(noteKey{}).(*requestNote); ok {
		note.mutex.Lock()
		defer note.mutex.Unlock()

		note.errors = append(note.errors, err)
	}
}

// noteOperation is the Huma middleware that tells the log which operation a request is.
func noteOperation(ctx huma.Context, next func(huma.Context)) {
	if note, ok := ctx.Context().Value(noteKey{}).(*requestNote); ok {
		note.operation = ctx.Operation().OperationID
		note.deployment, _ = uuid.Parse(ctx.Param("deployment_id"))

		for _, requirement := range ctx.Operation().Security {
			_, node := requirement[nodeToken]
			_, edge := requirement[edgeToken]
			note.quiet = node || edge // Nodes and edges poll all the time.
		}
	}

	next(ctx)
}

// statusClientLeft is what a request is logged and counted with whose client left before the answer: a proxy ends streams and long-polls so when a container is
// replaced.
const statusClientLeft = 499

// requestLog logs and counts each request, and gives it an id that the caller sees too. A panic becomes an internal problem.
func requestLog(logger *slog.Logger, requests metric.Int64Counter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		requestID, begun, note := id.New().String(), time.Now(), &requestNote{}
		recorder := &statusRecorder{ResponseWriter: writer}

		writer.Header().Set(requestIDHeader, requestID)
		writer.Header().Set("X-Content-Type-Options", "nosniff")

		ctx := context.WithValue(request.Context(), noteKey{}, note)
		recovered(recorder, request.WithContext(ctx), next) //nolint:contextcheck // The request carries it.

		err := errors.Join(note.errors...)

		status := recorder.answered()
		if errors.Is(err, context.Canceled) && errors.Is(request.Context().Err(), context.Canceled) {
			status = statusClientLeft // What was written nobody has read, and no part of the platform has failed.
		}

		requests.Add(ctx, 1, metric.WithAttributes(attribute.String("operation", note.operation), attribute.Int("status", status)))

		attributes := []slog.Attr{
			slog.String("request_id", requestID), slog.String("method", request.Method), slog.String("path", request.URL.Path),
			slog.String("operation", note.operation), slog.Int("status", status), slog.Duration("duration", time.Since(begun)),
			slog.String("remote", request.RemoteAddr),
		}
		if note.deployment != uuid.Nil {
			attributes = append(attributes, logging.Deployment(note.deployment))
		}

		if err != nil {
			attributes = append(attributes, logging.Error(err))
		}

		logger.LogAttrs(ctx, note.level(status), "answered a request", attributes...)
	})
}

func (n *requestNote) level(status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case n.operation == "" || (n.quiet && status < http.StatusBadRequest):
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

func recovered(writer *statusRecorder, request *http.Request, next http.Handler) {
	defer func() {
		panicked := recover()
		if panicked == nil {
			return
		}

		if panicked == http.ErrAbortHandler { //nolint:errorlint,err113 // net/http compares it so, too.
			panic(panicked)
		}

		p := problemOf(request.Context(), fmt.Errorf("panic: %v\n%s", panicked, debug.Stack()))

		if writer.status == 0 {
			writeProblem(writer, p)
		}
	}()

	next.ServeHTTP(writer, request)
}

// statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter

	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *statusRecorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}

	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *statusRecorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}

	return r.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController find the writer below.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *statusRecorder) answered() int {
	if r.status == 0 {
		return http.StatusOK
	}

	return r.status
}
