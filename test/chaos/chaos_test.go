package main

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
)

func TestChaos_NamedPoints_EveryStepOnce(t *testing.T) {
	h := platform(t, usualTraffic)

	plan := lo.CrossJoinBy2(steps(), moments(), func(step, moment string) disturbance {
		return disturbance{action: actionDeploy, means: meansPoint, target: faultpoint.Name(step, moment)}
	})

	result := playPlan(t, h, plan)
	require.True(t, result.totals().held(), "%s", result.totals())
	require.Len(t, result.outcomes, len(steps())*len(moments()))
}

func TestChaos_ThirtyKills_FixedSeed(t *testing.T) {
	h := platform(t, usualTraffic)

	plan, err := newPlan(30, 3, "")
	require.NoError(t, err)

	result := playPlan(t, h, plan)
	require.True(t, result.totals().held(), "%s", result.totals())
	require.Len(t, result.outcomes, 30)
}

// attemptsSQL lists the attempts of a step, in their order.
const attemptsSQL = `SELECT state, worker FROM deployment_steps WHERE deployment_id = $1 AND step = $2 ORDER BY attempt`

func TestWorker_FrozenAcrossTheReap_WritesNothingWhenItWakes(t *testing.T) {
	h := platform(t, usualTraffic)

	for _, moment := range []string{faultpoint.Before, faultpoint.After} {
		for _, step := range []string{"push", "flip_route"} {
			o := h.disturb(t.Context(), disturbance{
				action: actionDeploy, means: meansFreezer, target: faultpoint.Name(step, moment), lasts: leaseTime,
			})
			require.Empty(t, o.findings)
			require.Empty(t, o.failures)

			rows, err := h.pool.Query(t.Context(), attemptsSQL, lo.LastOrEmpty(h.web.deployments()), step)
			require.NoError(t, err)

			type attempt struct{ State, Worker string }

			attempts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[attempt])
			require.NoError(t, err)
			require.Len(t, attempts, 2, "it was taken over once")
			require.Equal(t, "retrying", attempts[0].State)
			require.Equal(t, "succeeded", attempts[1].State)
			require.NotEqual(t, attempts[0].Worker, attempts[1].Worker)
		}
	}

	h.nothingFailed(t, false)
}

// stateOf returns a deployment's state.
func (h *harness) stateOf(t *testing.T, deployment uuid.UUID) string {
	t.Helper()

	r, err := readRows(t.Context(), h.pool)
	require.NoError(t, err)

	found, ok := lo.Find(r.deployments, func(d deploymentRow) bool { return d.ID == deployment })
	require.True(t, ok)

	return found.State
}
