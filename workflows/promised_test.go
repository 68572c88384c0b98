package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
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
	b.exec(t, "INSERT INTO certificates (id, hostname, state, chain, source, not_after) VALUES ($1, 'apps.example.com', 'active', 'x', 'uploaded', now() + interval '1 year')", id.New())

	metrics.RequireServed(t, "../monitoring/metrics.json", "worker", measured.Metrics)
}
