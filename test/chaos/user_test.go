package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/rig"
)

const stepSQL = `SELECT state, step FROM deployments WHERE id = $1`

func TestCancel_AtEveryStep_LeavesNothing(t *testing.T) {
	h := platform(t, usualTraffic)

	for _, step := range steps() {
		made, err := h.web.deploy(t.Context())
		require.NoError(t, err)

		require.Eventually(t, func() bool {
			var state, at string
			require.NoError(t, h.pool.QueryRow(t.Context(), stepSQL, made).Scan(&state, &at))

			// A step that is over between two looks is cancelled at a later step.
			return lo.IndexOf(steps(), at) >= lo.IndexOf(steps(), step) || state == "live"
		}, time.Minute, time.Millisecond)

		began := time.Now()
		require.NoError(t, h.web.cancel(t.Context(), made))
		require.Empty(t, h.converge(t.Context()), step)
		t.Logf("%s: %s, and nothing was left after %s", step, h.stateOf(t, made), time.Since(began).Round(time.Millisecond))

		if step != "flip_route" {
			require.Equal(t, "cancelled", h.stateOf(t, made), step)
		}
	}

	h.nothingFailed(t, false)
}

func TestTwoPushes_ATenthOfASecondApart_SupersededAndLive(t *testing.T) {
	h := platform(t, usualTraffic)

	made, err := h.act(t.Context(), h.web, disturbance{action: actionTwoPushes})
	require.NoError(t, err)

	h.holds(t)
	require.Equal(t, "superseded", h.stateOf(t, made[0]))
	require.Equal(t, "live", h.stateOf(t, made[1]))
	h.nothingFailed(t, false)
}

func TestRollback_WhileWarm_TakesTheVMsOver(t *testing.T) {
	h := platform(t, usualTraffic)

	_, err := h.web.deploy(t.Context())
	require.NoError(t, err)
	h.holds(t)

	r, err := readRows(t.Context(), h.pool)
	require.NoError(t, err)

	before, ok := lo.Find(r.of(h.web), func(d deploymentRow) bool { return d.State == "retired" && d.Warm })
	require.True(t, ok, "the deployment that was live before is kept warm")

	warm := lo.FilterMap(r.vms, func(vm vmRow, _ int) (string, bool) { return vm.ID.String(), vm.DeploymentID == before.ID })
	require.Len(t, warm, instances)

	began := time.Now()
	made, err := h.web.rollback(t.Context(), before.ID)
	require.NoError(t, err)

	visitor := rig.Transport{Host: h.web.host, Base: keepAlive("")}

	for _, edge := range h.cluster.EdgeURLs() {
		require.Eventually(t, func() bool {
			answer, err := visitor.Ask(t.Context(), http.MethodGet, edge, nil)

			return err == nil && answer.Status == http.StatusOK && answer.Body == h.web.sample.text(before.Commit)
		}, time.Minute, time.Millisecond)
	}

	t.Logf("rolled back in %s", time.Since(began).Round(time.Millisecond))
	h.holds(t)

	r, err = readRows(t.Context(), h.pool)
	require.NoError(t, err)
	require.ElementsMatch(t, warm, lo.FilterMap(r.vms, func(vm vmRow, _ int) (string, bool) { return vm.ID.String(), vm.DeploymentID == made }))
	h.nothingFailed(t, false)
}
