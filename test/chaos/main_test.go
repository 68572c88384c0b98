package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/fixtures/npm"
	"github.com/zeitwork/zeitwork/test/rig"
)

// shared is the one platform of all tests of this package that need one. They disturb it, so none of them runs in parallel.
var shared struct {
	once    sync.Once
	harness *harness
	err     error
	failed  bool
}

func TestMain(m *testing.M) {
	code := m.Run()

	if shared.harness != nil {
		if err := shared.harness.stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "the platform does not stop cleanly:", err)

			code = max(code, 1)
		}

		if code == 0 {
			_ = os.RemoveAll(shared.harness.scratch)
		} else {
			fmt.Fprintln(os.Stderr, "the logs of all services are in", shared.harness.scratch)
		}
	}

	os.Exit(code)
}

// platform returns the tests' platform, with traffic of its own, and starts it for the first test. It skips the test where the platform cannot
// run.
func platform(t *testing.T, r rates) *harness {
	t.Helper()

	bin := rig.NeedPlatform(t)

	if testing.Short() {
		t.Skip("it takes minutes")
	}

	shared.once.Do(func() {
		shared.harness, shared.err = newHarness(context.Background(), place{
			bin: bin, bridge: "zwchaos1",
			cluster: netip.MustParsePrefix("10.93.0.0/16"), builds: netip.MustParsePrefix("10.94.0.0/16"), environ: shortTimes(),
		})
	})
	npm.SkipIfCause(t, shared.err)
	require.NoError(t, shared.err)

	h := shared.harness
	require.Empty(t, h.converge(t.Context()), "what an earlier test has left")

	h.traffic = newTraffic(h.ways, h.outages)
	h.traffic.start(t.Context(), r, h.web)
	t.Cleanup(h.traffic.stop)

	return h
}

// nothingFailed requires that no request has failed and, unless VMs were moved, that no stream has ended before its time.
func (h *harness) nothingFailed(t *testing.T, moved bool) {
	t.Helper()

	h.traffic.stop()

	r, err := readRows(t.Context(), h.pool)
	require.NoError(t, err)

	failures, streams := h.traffic.settle(r.flips(h.projects()))
	require.Empty(t, failures)

	if !moved {
		require.Empty(t, streams)
	}

	requests, excused := h.traffic.total()
	require.Positive(t, requests)
	t.Logf("%d requests, %d of them on an edge that had just been hit", requests, excused)
}

// holds requires that the platform converges.
func (h *harness) holds(t *testing.T) {
	t.Helper()

	began := time.Now()
	require.Empty(t, h.converge(t.Context()))
	t.Logf("converged in %s", time.Since(began).Round(time.Millisecond))
}

// playPlan disturbs the platform as planned, under its traffic, and returns the report.
func playPlan(t *testing.T, h *harness, plan []disturbance) *report {
	t.Helper()

	result := &report{}
	for _, d := range plan {
		result.add(t.Output(), h.disturb(t.Context(), d))
	}

	h.traffic.stop()
	result.failures = h.settle(t.Context(), false)
	result.requests, result.excused = h.traffic.total()
	result.forbidden = h.sentinel.String()
	result.print(t.Output())

	return result
}
