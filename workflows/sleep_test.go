package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	stoppedVMs  = "SELECT count(*) FROM vms WHERE deployment_id = $1 AND desired_state = 'stopped'"
	drainingVMs = "SELECT count(*) FROM vms WHERE deployment_id = $1 AND desired_state = 'draining'"
	asleepNow   = "SELECT count(*) FROM environments WHERE asleep_since IS NOT NULL"
)

// sleeper is a worker, and a deployment that has been live for an hour in an environment that falls asleep after five minutes, before an edge that has told of
// all until now.
func (b *testBundle) sleeper(t *testing.T) (*Worker, database.Deployment) {
	t.Helper()

	_, err := b.pool.Exec(b.ctx, "SELECT make_measure_partitions(now())")
	require.NoError(t, err)
	b.addEdge(t, "e1")

	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)
	b.exec(t, "UPDATE environments SET sleep_after_minutes = 5")
	b.exec(t, "UPDATE deployments SET ended_at = now() - interval '1 hour'")

	return worker, deployment
}

// addEdge adds an edge that is in touch, serves from every version of the route table and has told of all until now.
func (b *testBundle) addEdge(t *testing.T, name string) {
	t.Helper()

	b.exec(t, `INSERT INTO edges (id, name, region, acknowledged_version, last_seen_at, counted_until)
		VALUES ($1, $2, 'eu', 1000000, now() + interval '1 hour', now())`, id.New(), name)
}

// request counts a request in the minute that began so long ago.
func (b *testBundle) request(t *testing.T, deployment database.Deployment, ago string) {
	t.Helper()

	b.exec(t, `INSERT INTO traffic (step_seconds, project_id, starts_at, deployment_id, environment_id, informational, successful, redirected, client_errors,
			server_errors, aborted, latency, bytes_in, bytes_out, in_flight)
		VALUES (60, $1, date_trunc('minute', now() - $3::interval), $2, $4, 0, 1, 0, 0, 0, 0, '{}', 0, 0, 1)`,
		deployment.ProjectID, deployment.ID, ago, deployment.EnvironmentID)
}

// quietAt asks whether the deployment was quiet, from an hour ago to when the edges have counted last.
func (b *testBundle) quietAt(t *testing.T, deployment database.Deployment) database.IsQuietParams {
	t.Helper()

	counted, err := b.queries.EdgesCountedUntil(b.ctx, edgeLostAfter)
	require.NoError(t, err)

	return database.IsQuietParams{
		CountedUntil: counted, Since: counted.Add(-time.Hour), ProjectID: deployment.ProjectID, DeploymentID: deployment.ID,
	}
}

// fallAsleep waits until the deployment sleeps and has no VMs.
func (b *testBundle) fallAsleep(t *testing.T, worker *Worker, deployment database.Deployment) {
	t.Helper()

	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, asleepNow)
	b.exec(t, "UPDATE edges SET counted_until = now() + interval '3 minutes'")
	b.awaitRemoved(t, deployment.ID)
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind = 'sleep' AND state <> 'completed'")
}

func TestSleep_NoRequestForLong_StopsWhenAWholeMinuteWasQuiet(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.request(t, deployment, "10 minutes")
	before := b.routeVersion(t)

	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, asleepNow)
	require.Equal(t, 1, b.count(t, drainingVMs, deployment.ID), "edges have told of nothing since")
	require.Greater(t, b.routeVersion(t), before)

	routes, err := b.queries.ListRoutes(b.ctx)
	require.NoError(t, err)
	require.True(t, lo.EveryBy(routes, func(row database.ListRoutesRow) bool { return row.Wakes && row.VMID == nil }))

	// A WebSocket that was opened just before is there still.
	b.exec(t, "UPDATE edges SET counted_until = date_trunc('minute', now()) + interval '2 minutes'")
	b.request(t, deployment, "-1 minute")

	quiet, err := b.queries.IsQuiet(b.ctx, b.quietAt(t, deployment))
	require.NoError(t, err)
	require.False(t, quiet)
	require.Zero(t, b.count(t, stoppedVMs, deployment.ID))

	b.exec(t, "UPDATE edges SET counted_until = date_trunc('minute', now()) + interval '4 minutes'")
	b.awaitRemoved(t, deployment.ID)
	require.Equal(t, stateLive, b.get(t, deployment.ID).State)
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM project_events
		WHERE message = 'The project fell asleep: nobody asked for anything for 5 minutes. The next request wakes it.'`))

	// Nothing but a request starts it again.
	b.exec(t, "UPDATE projects SET instances = 2, instances_changed_at = now()")
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 0, "SELECT count(*) FROM projects WHERE instances_changed_at IS NOT NULL")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"))
}

func TestSleep_MayBeInUse_StaysAwake(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(t *testing.T, b *testBundle, deployment database.Deployment){
		"there was a request": func(t *testing.T, b *testBundle, deployment database.Deployment) { //nolint:thelper // A case.
			b.request(t, deployment, "4 minutes")
		},
		"it has just gone live": func(t *testing.T, b *testBundle, _ database.Deployment) { //nolint:thelper // A case.
			b.exec(t, "UPDATE deployments SET ended_at = now() - interval '4 minutes'")
		},
		"it is not to sleep": func(t *testing.T, b *testBundle, _ database.Deployment) { //nolint:thelper // A case.
			b.exec(t, "UPDATE environments SET sleep_after_minutes = NULL")
		},
		"an edge is silent": func(t *testing.T, b *testBundle, _ database.Deployment) { //nolint:thelper // A case.
			b.addEdge(t, "e2")
			b.exec(t, "UPDATE edges SET last_seen_at = now() - interval '3 minutes', counted_until = now() - interval '56 minutes' WHERE name = 'e2'")
		},
		"an edge does not say what it has counted": func(t *testing.T, b *testBundle, _ database.Deployment) { //nolint:thelper // A case.
			b.addEdge(t, "e2")
			b.exec(t, "UPDATE edges SET counted_until = NULL WHERE name = 'e2'")
		},
		"there is no edge": func(t *testing.T, b *testBundle, _ database.Deployment) { //nolint:thelper // A case.
			b.exec(t, "DELETE FROM edges")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			worker, deployment := b.sleeper(t)
			change(t, b, deployment)

			idle, err := worker.listIdle(b.ctx)
			require.NoError(t, err)
			require.Empty(t, idle)
		})
	}
}

func TestSleep_EdgeThatIsLost_KeepsNothingAwake(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.addEdge(t, "e2")
	b.exec(t, "UPDATE edges SET last_seen_at = now() - interval '6 minutes', counted_until = NULL WHERE name = 'e2'")

	idle, err := worker.listIdle(b.ctx)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{deployment.ID}, idle)
}

func TestSleep_EdgeIsBackThatDoesNotKnowTheRouteTable_ItsVMsRunOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, asleepNow)
	b.addEdge(t, "e2")
	b.exec(t, "UPDATE edges SET acknowledged_version = 0, last_seen_at = now() - interval '1 minute' WHERE name = 'e2'")
	b.exec(t, "UPDATE edges SET counted_until = now() + interval '3 minutes'")

	short, cancel := context.WithTimeout(b.ctx, 200*time.Millisecond)
	defer cancel()

	require.ErrorIs(t, worker.awaitQuiet(short, deployment.ID), context.DeadlineExceeded, "it may send requests to them")

	b.exec(t, "UPDATE edges SET acknowledged_version = 1000000 WHERE name = 'e2'")
	require.NoError(t, worker.awaitQuiet(b.ctx, deployment.ID))
}

func TestSleep_NodeIsDrainedMeanwhile_RequestsHaveTheDrainTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, deployment := b.sleeper(t)
	b.exec(t, "UPDATE nodes SET state = 'draining'")

	job := &river.Job[arguments]{Args: arguments{DeploymentID: deployment.ID}}
	worker := b.newWorker(t)
	worker.config.DrainTime = time.Hour

	short, cancel := context.WithTimeout(b.ctx, 300*time.Millisecond)
	defer cancel()

	require.ErrorIs(t, worker.putToSleep(short, job), context.DeadlineExceeded)
	require.Equal(t, 1, b.count(t, drainingVMs, deployment.ID))

	worker.config.DrainTime = 0
	require.NoError(t, worker.putToSleep(b.ctx, job))
	b.awaitRemoved(t, deployment.ID)
}

func TestMoveVMs_WhatFallsAsleep_StopsOnlyOnceItIsQuiet(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, asleepNow)

	// A job that was inserted before comes late.
	require.NoError(t, worker.moveVMs(b.ctx, &river.Job[arguments]{Args: arguments{DeploymentID: deployment.ID}}))
	require.Equal(t, 1, b.count(t, drainingVMs, deployment.ID), "a stream may be under way")

	nodes, err := b.queries.StopDrainedVMs(b.ctx, deployment.ID)
	require.NoError(t, err)
	require.Empty(t, nodes)
}

func TestWake_BeforeTheVMsAreStopped_TheyServeOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, asleepNow)
	before := b.routeVersion(t)

	noRoom, err := b.deployments.Wake(b.ctx, deployment.ID)
	require.NoError(t, err)
	require.False(t, noRoom)
	require.Zero(t, b.count(t, asleepNow))
	require.Equal(t, 1, b.count(t, servingVMs, deployment.ID))
	require.Greater(t, b.routeVersion(t), before)

	// The job that would have stopped them sees it.
	b.exec(t, "UPDATE edges SET counted_until = now() + interval '3 minutes'")
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind = 'sleep' AND state <> 'completed'")
	require.Equal(t, 1, b.count(t, servingVMs, deployment.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"))
}

func TestWake_WhatSleeps_StartsAsManyAsTheProjectAsksForOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.fallAsleep(t, worker, deployment)
	b.exec(t, "UPDATE projects SET instances = 2, memory_bytes = 123456789")

	for range 3 {
		noRoom, err := b.deployments.Wake(b.ctx, deployment.ID)
		require.NoError(t, err)
		require.False(t, noRoom)
	}

	b.awaitCount(t, 2, servingVMs, deployment.ID)
	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM vms"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE memory_bytes = 123456789"), "settings are for the next deployment")
	require.Zero(t, b.count(t, asleepNow))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE message = 'The project was woken by a request.'"))

	// It was woken a moment ago.
	idle, err := worker.listIdle(b.ctx)
	require.NoError(t, err)
	require.Empty(t, idle)
}

func TestWake_NodeThatHadItHasTheImage_AndGetsItAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.fallAsleep(t, worker, deployment)

	images := func(node uuid.UUID) int {
		rows, err := b.queries.ListSleepingImages(b.ctx, node)
		require.NoError(t, err)

		return len(rows)
	}

	require.Equal(t, 1, images(b.node.id))
	require.Zero(t, images(other))

	// The other node has more room.
	b.exec(t, "UPDATE nodes SET memory_bytes = memory_bytes / 2 WHERE id = $1", b.node.id)

	_, err := b.deployments.Wake(b.ctx, deployment.ID)
	require.NoError(t, err)
	b.awaitCount(t, 1, healthyOn, deployment.ID, b.node.id)
	require.Zero(t, images(b.node.id))
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE slept"))
}

func TestWake_UntilAVMIsHealthy_RequestsWait(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.fallAsleep(t, worker, deployment)
	b.node.reports("starting", "", "")

	_, err := b.deployments.Wake(b.ctx, deployment.ID)
	require.NoError(t, err)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE state = 'starting'")

	wakes := func() bool {
		routes, err := b.queries.ListRoutes(b.ctx)
		require.NoError(t, err)

		return lo.EveryBy(routes, func(row database.ListRoutesRow) bool { return row.Wakes })
	}

	require.True(t, wakes())
	b.node.reports("healthy", "", "")
	b.awaitCount(t, 1, servingVMs, deployment.ID)
	require.False(t, wakes(), "a crash later on is no waking")
}

func TestWake_NoRoom_SaysSoAndTriesAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.fallAsleep(t, worker, deployment)
	b.exec(t, "UPDATE nodes SET memory_bytes = 1")

	_, err := b.deployments.Wake(b.ctx, deployment.ID)
	require.NoError(t, err)
	b.awaitCount(t, 1, "SELECT count(*) FROM environments WHERE wake_problem LIKE 'No node%'")

	noRoom, err := b.deployments.Wake(b.ctx, deployment.ID)
	require.NoError(t, err)
	require.True(t, noRoom)
	require.Equal(t, 1, b.count(t, asleepNow))

	b.exec(t, "UPDATE nodes SET memory_bytes = 8589934592")
	b.awaitCount(t, 1, servingVMs, deployment.ID)
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE wake_problem IS NOT NULL"))
}

func TestWake_NoRoomForLong_IsGivenUpUntilTheNextRequest(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker, deployment := b.sleeper(t)
	b.fallAsleep(t, worker, deployment)
	b.exec(t, "UPDATE nodes SET memory_bytes = 1")
	b.exec(t, "UPDATE environments SET woken_at = now() - interval '3 minutes'")
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM environments WHERE woken_at IS NULL AND wake_problem IS NOT NULL")
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'wake' AND state = 'completed'")

	b.exec(t, "UPDATE nodes SET memory_bytes = 8589934592")
	_, err := b.deployments.Wake(b.ctx, deployment.ID)
	require.NoError(t, err)
	b.awaitCount(t, 1, servingVMs, deployment.ID)
}

func TestSleep_DeployedRestartedOrSetNotToSleep_IsAwake(t *testing.T) {
	t.Parallel()

	for name, act := range map[string]func(b *testBundle, deployment database.Deployment) error{
		"deployed": func(b *testBundle, _ database.Deployment) error {
			_, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Trigger: TriggerManual})

			return err
		},
		"rolled back": func(b *testBundle, deployment database.Deployment) error {
			_, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: deployment.ID})

			return err
		},
		"restarted": func(b *testBundle, deployment database.Deployment) error {
			return b.deployments.Restart(b.ctx, deployment.ID, nil)
		},
		"set not to sleep": func(b *testBundle, deployment database.Deployment) error {
			return b.deployments.SetEnvironment(b.ctx, deployment.EnvironmentID, b.organisation, EnvironmentSettings{SleepAfterMinutes: new(int32(0))}, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			worker, deployment := b.sleeper(t)
			b.fallAsleep(t, worker, deployment)
			require.NoError(t, act(b, deployment))
			b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE state = 'healthy' AND desired_state = 'running'")
			b.awaitCount(t, 0, asleepNow)
		})
	}
}

func TestWake_DeploymentThatIsNot_IsNotFound(t *testing.T) {
	t.Parallel()

	_, err := setup(t).deployments.Wake(t.Context(), id.New())
	require.Equal(t, problem.NotFound, problem.CodeOf(err))
}

func TestPreview_FallsAsleepUnlessSetOtherwise(t *testing.T) {
	t.Parallel()

	b := setup(t)
	preview, err := b.deployments.CreatePreview(b.ctx, b.project, "feature", nil)
	require.NoError(t, err)
	require.EqualValues(t, previewSleepsAfter, *preview.SleepAfterMinutes)

	production, err := b.queries.GetEnvironment(b.ctx, b.project)
	require.NoError(t, err)
	require.Nil(t, production.SleepAfterMinutes)
}
