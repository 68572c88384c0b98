package builder

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/relay"
	"github.com/zeitwork/zeitwork/test/monitoring"
)

func TestMeters_WhatAlertsAskFor_IsServed(t *testing.T) {
	t.Parallel()

	provider, metrics := monitoring.NewProvider(t)
	require.NoError(t, (&Service{door: &relay.Relay{}}).measure(provider))
	monitoring.RequireServed(t, "../monitoring/metrics.json", "builder", metrics)
}
