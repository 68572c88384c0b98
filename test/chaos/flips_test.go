package main

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestFlips_FiftyDeploymentsUnderTraffic_NoRequestFails(t *testing.T) {
	const flips = 50

	h := platform(t, rates{pages: 500, readers: 8, uploads: 4})
	began := time.Now()

	for range flips {
		made, err := h.web.deploy(t.Context())
		require.NoError(t, err)
		require.Eventually(t, func() bool { return h.stateOf(t, made) == "live" }, time.Minute, 20*time.Millisecond, "deployment %s", made)
	}

	requests, _ := h.traffic.total()
	t.Logf("%d deployments in %s, %.0f requests/s", flips, time.Since(began).Round(time.Second), float64(requests)/time.Since(began).Seconds())

	// A stream of what is neither live nor kept warm ends with its VM's grace at the latest.
	const grace = 30 * time.Second

	require.Eventually(t, func() bool {
		r, err := readRows(t.Context(), h.pool)
		require.NoError(t, err)

		needed := lo.Map(lo.Values(r.needed()), func(d deploymentRow, _ int) string { return h.web.sample.text(d.Commit) })
		open := h.traffic.open()

		return len(open) > 0 && lo.EveryBy(open, func(s stream) bool { return lo.Contains(needed, s.text) })
	}, grace+10*time.Second, 50*time.Millisecond, "streams of %v", h.traffic.open())

	h.holds(t)
	h.nothingFailed(t, false)
}
