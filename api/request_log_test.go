package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/zeitwork/zeitwork/internal/telemetry"
	"github.com/zeitwork/zeitwork/test/fixtures/metrics"
)

func TestRequestLog_OfAPanic_HasItAllAndTheCallerNothing(t *testing.T) {
	t.Parallel()

	log, recorder := &logBuffer{}, httptest.NewRecorder()
	handler := requestLog(slog.New(slog.NewTextHandler(log, nil)), noop.Int64Counter{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("the inside of things")
	}))

	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, recorder.Code)
	require.NotContains(t, recorder.Body.String(), "inside")
	require.Contains(t, recorder.Body.String(), `"code":"internal"`)
	require.Contains(t, log.String(), "the inside of things")
}

func TestRequestLog_OfAClientThatLeft_TellsOfNoFailure(t *testing.T) {
	t.Parallel()

	ctx, leave := context.WithCancel(t.Context())
	log := &logBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	handler := requestLog(logger, noop.Int64Counter{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave()
		writeProblem(w, problemOf(r.Context(), fmt.Errorf("wait for routes: %w", r.Context().Err())))
	}))

	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	require.Contains(t, log.String(), "status=499")
	require.NotContains(t, log.String(), "level=ERROR")
}

func TestUnknownPaths_AreProblems(t *testing.T) {
	t.Parallel()

	answer := setup(t).send(t, http.MethodGet, "", "/v1/nothing", "", nil)
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	require.Contains(t, answer.text, `"code":"not_found"`)
}

func TestMetrics_CountRequestsByOperation(t *testing.T) {
	t.Parallel()

	b := setup(t)
	measured, err := telemetry.Setup(t.Context(), "api")
	require.NoError(t, err)

	server, err := New(b.server.config, Parts{Pool: b.pool, Listener: b.server.service.listener, Logger: b.server.service.logger})
	require.NoError(t, err)

	ask := func(handler http.Handler, path string, status int) string {
		recorder, request := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		request.Header.Set("Authorization", "Bearer "+b.tokens.User)
		handler.ServeHTTP(recorder, request)
		require.Equal(t, status, recorder.Code)

		return recorder.Body.String()
	}

	ask(server.Handler(), "/v1/me", http.StatusOK)
	require.Regexp(t, `zeitwork_api_requests_total\{.*operation="get-me".*status="200".*\} 1`, ask(measured.Metrics, "/metrics", http.StatusOK))

	require.NoError(t, server.Measure(otel.GetMeterProvider()))
	metrics.RequireServed(t, "../monitoring/metrics.json", "api", measured.Metrics)
	metrics.RequireServed(t, "../monitoring/metrics.json", "every", measured.Metrics)

	// Who may reach the API is not to see them.
	ask(server.Handler(), "/metrics", http.StatusNotFound)
}
