package edgeproxy

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/fixtures/metrics"
)

func TestMeters_WhatAlertsAskFor_IsServed(t *testing.T) {
	t.Parallel()

	provider, served := metrics.NewProvider(t)
	current := &atomic.Pointer[table]{}
	current.Store(&table{version: 1})

	m, err := newMeters(provider, current)
	require.NoError(t, err)
	m.answered(t.Context(), http.MethodGet, "1.1", http.StatusBadGateway, time.Millisecond)
	m.upstreamFailed(t.Context(), reasonConnect)

	metrics.RequireServed(t, "../monitoring/metrics.json", "edgeproxy", served)
}
