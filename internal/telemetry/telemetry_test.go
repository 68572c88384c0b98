package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"

	"github.com/zeitwork/zeitwork/internal/telemetry"
)

func TestSetup_WhatLibrariesCount_IsServedToPrometheus(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "none")

	measured, err := telemetry.Setup(t.Context(), "test")
	require.NoError(t, err)

	counter, err := otel.Meter("test").Int64Counter("things")
	require.NoError(t, err)
	counter.Add(t.Context(), 3)

	answer := httptest.NewRecorder()
	measured.Metrics.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))

	require.Equal(t, http.StatusOK, answer.Code)
	require.Contains(t, answer.Body.String(), "things_total")
	require.Contains(t, answer.Body.String(), "go_goroutines")
	require.NoError(t, measured.Shutdown(t.Context()))
}

func TestSetup_UnknownExporter_IsAnError(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "carrier-pigeon")

	_, err := telemetry.Setup(t.Context(), "test")
	require.ErrorContains(t, err, "carrier-pigeon")
}
