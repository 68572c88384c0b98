package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (b *testBundle) sleepAfter(t *testing.T, environment uuid.UUID, minutes int64) client.Environment {
	t.Helper()

	answer, err := b.owner.UpdateEnvironmentWithResponse(t.Context(), environment, client.UpdateEnvironmentInputBody{SleepAfterMinutes: &minutes})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

func TestEnvironment_SleepAfter_IsSetAndTakenBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	require.EqualValues(t, 30, b.sleepAfter(t, project.ID, 30).SleepAfterMinutes)
	require.Zero(t, b.sleepAfter(t, project.ID, 0).SleepAfterMinutes)

	answer, err := b.owner.UpdateEnvironmentWithResponse(t.Context(), project.ID, client.UpdateEnvironmentInputBody{SleepAfterMinutes: new(int64(721))})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode(), "traffic is not kept for as long")
}

func TestEnvironment_SettingsOfOneRequest_AreWrittenTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()

	b := setup(t)
	preview := b.preview(t, b.project(t).ID, "feature")
	require.True(t, preview.SkewProtection, "it is on unless somebody says otherwise")

	end := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	change := func(minutes int64) *client.UpdateEnvironmentResponse {
		answer, err := b.owner.UpdateEnvironmentWithResponse(t.Context(), preview.ID, client.UpdateEnvironmentInputBody{
			ExpiresAt: &end, SleepAfterMinutes: &minutes, SkewProtection: new(false),
		})
		require.NoError(t, err)

		return answer
	}

	// Postgres refuses the second of the statements.
	b.exec(t, "ALTER TABLE environments ADD CONSTRAINT no_eleven CHECK (sleep_after_minutes <> 11)")
	require.Equal(t, http.StatusInternalServerError, change(11).StatusCode())

	now, err := b.owner.GetEnvironmentWithResponse(t.Context(), preview.ID)
	require.NoError(t, err)
	require.NotEqual(t, end, now.JSON200.ExpiresAt.UTC())
	require.True(t, now.JSON200.SkewProtection)

	changed := change(12).JSON200
	require.Equal(t, end, changed.ExpiresAt.UTC())
	require.EqualValues(t, 12, changed.SleepAfterMinutes)
	require.False(t, changed.SkewProtection)

	var entries int

	require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_events
		WHERE action = 'environment.update' AND details->'changed' = '["expires_at", "sleep_after_minutes", "skew_protection"]'`).Scan(&entries))
	require.Equal(t, 1, entries)
}

func TestWakeDeployment_WhatSleeps_IsRoutedAsAsleepUntilAVMIsHealthy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.flip(t, deployment.ProjectID, deployment.ID)
	b.end(t, deployment.ID, "live")
	b.sleepAfter(t, deployment.ProjectID, 15)
	b.exec(t, "UPDATE environments SET asleep_since = now()")

	route := func() client.Route { return b.routes(t, "", 0).JSON200.Routes[0] }

	require.Equal(t, client.RouteStateAsleep, route().State)
	require.True(t, *route().Wakes)

	environment, err := b.owner.GetEnvironmentWithResponse(t.Context(), deployment.ProjectID)
	require.NoError(t, err)
	require.NotNil(t, environment.JSON200.AsleepSince)

	projects, err := b.owner.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, projects.JSON200.Items[0].Overview.AsleepSince)

	for range 2 {
		answer, err := b.edge.WakeDeploymentWithResponse(t.Context(), client.WakeDeploymentInputBody{DeploymentID: deployment.ID})
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)
		require.False(t, answer.JSON200.NoRoom)
	}

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'wake'"))

	// The worker has placed a VM.
	b.exec(t, "UPDATE environments SET asleep_since = NULL")
	vm := b.vm(t, deployment.ID)
	require.Equal(t, client.RouteStateAsleep, route().State)
	b.report(t, vm, "healthy")
	require.Equal(t, client.RouteStateLive, route().State)
	require.Nil(t, route().Wakes)

	answer, err := b.edge.WakeDeploymentWithResponse(t.Context(), client.WakeDeploymentInputBody{DeploymentID: id.New()})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, answer.StatusCode())
}

func TestAssignments_WhatSleeps_HasTheNodeKeepItsImage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.vm(t, deployment.ID)
	b.end(t, deployment.ID, "live")
	b.exec(t, "UPDATE deployments SET image_digest = 'sha256:0'")
	require.Empty(t, lo.FromPtr(b.assignments(t, "").JSON200.Images))

	b.exec(t, "UPDATE vms SET slept = true, state = 'removed', removed_at = now()")
	b.exec(t, "UPDATE environments SET asleep_since = now()")

	asleep := b.assignments(t, "").JSON200
	require.Empty(t, asleep.VMS)
	require.Len(t, *asleep.Images, 1)
	require.Contains(t, (*asleep.Images)[0], "@sha256:0")
}

func TestReportEdge_CountedUntil_IsByPostgressClock(t *testing.T) {
	t.Parallel()

	b := setup(t)
	report := edgeReport()
	report.Traffic = []client.EdgeTraffic{}
	// The edge's clock is an hour ahead.
	report.SentAt = time.Now().Add(time.Hour)
	report.CountedUntil = new(report.SentAt.Add(-10 * time.Minute))
	b.reportEdge(t, report)

	var ago time.Duration
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT now() - counted_until FROM edges WHERE counted_until IS NOT NULL").Scan(&ago))
	require.InDelta(t, 10, ago.Minutes(), 0.5)
}
