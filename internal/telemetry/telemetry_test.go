package telemetry_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"

	"github.com/zeitwork/zeitwork/internal/telemetry"
)

// scrape returns what Prometheus reads.
func scrape(t *testing.T, measured *telemetry.Telemetry) string {
	t.Helper()

	answer := httptest.NewRecorder()
	measured.Metrics.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code)

	return answer.Body.String()
}

func withoutTraces(t *testing.T) {
	t.Helper()

	for _, variable := range []string{"OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		t.Setenv(variable, "")
	}
}

func TestSetup_WhatLibrariesCount_IsServedToPrometheus(t *testing.T) {
	withoutTraces(t)

	measured, err := telemetry.Setup(t.Context(), "test")
	require.NoError(t, err)

	counter, err := otel.Meter("test").Int64Counter("things")
	require.NoError(t, err)
	counter.Add(t.Context(), 3)

	page := scrape(t, measured)
	require.Regexp(t, `(?m)^things_total\{.*\} 3$`, page)
	require.Contains(t, page, "go_goroutines")
	require.Contains(t, page, "process_resident_memory_bytes")
	require.Contains(t, page, `service_name="zeitwork-test"`)
	require.NoError(t, measured.Shutdown(t.Context()))
}

func TestSetup_ServiceNameInTheEnvironment_Wins(t *testing.T) {
	withoutTraces(t)
	t.Setenv("OTEL_SERVICE_NAME", "ours")

	measured, err := telemetry.Setup(t.Context(), "test")
	require.NoError(t, err)
	require.Contains(t, scrape(t, measured), `service_name="ours"`)
	require.NoError(t, measured.Shutdown(t.Context()))
}

func TestSetup_NoTraceVariable_RecordsNoSpan(t *testing.T) {
	withoutTraces(t)

	measured, err := telemetry.Setup(t.Context(), "test")
	require.NoError(t, err)

	_, span := otel.Tracer("test").Start(t.Context(), "work")
	defer span.End()

	require.False(t, span.IsRecording())
	require.NoError(t, measured.Shutdown(t.Context()))
}

func TestSetup_Endpoint_ShutdownHasSentEverySpan(t *testing.T) {
	received := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			received <- r.URL.Path + string(body)
		}

		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(collector.Close)

	withoutTraces(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")

	measured, err := telemetry.Setup(t.Context(), "test")
	require.NoError(t, err)

	_, span := otel.Tracer("test").Start(t.Context(), "canary span")
	require.True(t, span.IsRecording())
	span.End()

	require.NoError(t, measured.Shutdown(context.WithoutCancel(t.Context())))

	sent := <-received
	require.Contains(t, sent, "/v1/traces")
	require.Contains(t, sent, "canary span")
	require.Contains(t, sent, "zeitwork-test")
}

func TestSetup_UnknownExporter_IsAnError(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "carrier-pigeon")

	_, err := telemetry.Setup(t.Context(), "test")
	require.ErrorContains(t, err, "carrier-pigeon")
}
