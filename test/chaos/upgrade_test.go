package main

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/rig"
)

func TestRollingUpgrade_OneProcessAtATime_NothingFails(t *testing.T) {
	h := platform(t, usualTraffic)

	upgraded := filepath.Join(h.scratch, "zeitwork-upgraded")
	require.NoError(t, rig.BuildZeitwork(t.Context(), upgraded, "faultpoints,upgraded"))

	ctx, stop := context.WithCancel(t.Context())

	var deploying sync.WaitGroup

	deploying.Go(func() {
		for ctx.Err() == nil {
			made, err := h.web.deploy(context.WithoutCancel(ctx))
			if err != nil {
				t.Errorf("deploy: %v", err)

				return
			}

			assert.Eventually(t, func() bool { return h.stateOf(t, made) == "live" }, time.Minute, 50*time.Millisecond) //nolint:contextcheck // It asks as long as the test runs.
		}
	})

	for _, part := range []string{"api", "worker-1", "worker-2", "nodeagent-1", "nodeagent-2", "edgeproxy-1", "edgeproxy-2"} {
		old, from, before := h.cluster.PID(part), time.Now(), h.processes(t)

		require.NoError(t, h.cluster.Replace(t.Context(), part, upgraded), part)
		require.NotEqual(t, old, h.cluster.PID(part))
		require.NoError(t, sameProcesses(before, h.processes(t)), part)
		t.Logf("%s was replaced in %s", part, time.Since(from).Round(time.Millisecond))

		if edge, ok := edgeOf(part); ok {
			require.NoError(t, h.served(t.Context(), part, time.Now()))
			h.outages.add(outage{edge: edge, from: from, to: time.Now(), orderly: true})
		}
	}

	stop()
	deploying.Wait()
	h.holds(t)
	h.nothingFailed(t, false)
}

// processes are the VMs of all nodes that run, by their first process.
func (h *harness) processes(t *testing.T) map[uuid.UUID]int {
	t.Helper()

	return lo.Assign(lo.Map(h.machines, func(m *machine, _ int) map[uuid.UUID]int {
		held, err := m.look(t.Context())
		require.NoError(t, err)

		return held.running
	})...)
}
