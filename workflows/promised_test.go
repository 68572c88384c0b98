package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/telemetry"
	"github.com/zeitwork/zeitwork/test/fixtures/metrics"
)

// River's meters are OpenTelemetry's global ones, which are set up once a process.
func TestMeters_WhatAlertsAskFor_IsServed(t *testing.T) {
	measured, err := telemetry.Setup(t.Context(), "worker")
	require.NoError(t, err)

	b := setup(t)
	b.work(t)
	b.await(t, b.create(t).ID, stateLive)

	metrics.RequireServed(t, "../monitoring/metrics.json", "worker", measured.Metrics)
}
