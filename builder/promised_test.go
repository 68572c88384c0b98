package builder

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/relay"
	"github.com/zeitwork/zeitwork/test/fixtures/metrics"
)

func TestMeters_WhatAlertsAskFor_IsServed(t *testing.T) {
	t.Parallel()

	provider, served := metrics.NewProvider(t)
	require.NoError(t, (&Service{door: &relay.Relay{}}).measure(provider))
	metrics.RequireServed(t, "../monitoring/metrics.json", "builder", served)
}
