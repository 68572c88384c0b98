package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

const healthyOn = "SELECT count(*) FROM vms WHERE deployment_id = $1 AND node_id = $2 AND desired_state = 'running' AND state = 'healthy'"

// awaitCount waits until the query counts that many.
func (b *testBundle) awaitCount(t *testing.T, want int, query string, args ...any) {
	t.Helper()

	require.Eventually(t, func() bool { return b.count(t, query, args...) == want }, patienceOfTests, 5*time.Millisecond, "not %d: %s", want, query)
}

// reconciling has reconcile run again and again until the test ends.
func (b *testBundle) reconciling(t *testing.T, worker *Worker) {
	t.Helper()

	run(t, func(ctx context.Context) {
		for ctx.Err() == nil {
			if err := worker.reconcile(ctx, nil); err != nil && ctx.Err() == nil {
				b.logger.Warn("reconcile", "error", err)
			}

			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}

func TestMoveVMs_NodeSilentForItsLease_ItsVMsArePlacedElsewhere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)

	deployment := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, b.node.id))

	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '30 seconds'")
	other := b.addNode(t, "n2", "10.79.2.0/24")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"), "half a minute is within the lease")

	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '2 minutes' WHERE id = $1", b.node.id)
	b.reconciling(t, worker)
	b.awaitCount(t, 1, healthyOn, deployment.ID, other)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND node_id = $2 AND desired_state = 'stopped'", deployment.ID, b.node.id)

	// The node returns, and removes what is no longer its own.
	b.exec(t, "UPDATE nodes SET last_seen_at = now() + interval '1 hour'")
	b.awaitCount(t, 0, "SELECT count(*) FROM vms WHERE node_id = $1 AND removed_at IS NULL", b.node.id)
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"), "it is replaced once")
}

func TestMoveVMs_NoAPIHasAnswered_SilenceMeansNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.await(t, b.create(t).ID, stateLive)
	b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE id = $1", b.node.id)

	for _, controlPlane := range []string{
		"answering_since = now() - interval '1 hour', answered_at = now() - interval '10 seconds'",
		"answering_since = now() - interval '10 seconds', answered_at = now() + interval '1 hour'",
	} {
		b.exec(t, "UPDATE control_plane SET "+controlPlane)
		require.NoError(t, worker.reconcile(b.ctx, nil))
		require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"), controlPlane)
	}

	b.exec(t, "UPDATE control_plane SET answering_since = now() - interval '1 hour'")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"))
}

func TestShowControlPlane_AfterAPause_LeasesBeginAnew(t *testing.T) {
	t.Parallel()

	b := setup(t)
	since := func() time.Duration {
		return time.Duration(b.count(t, "SELECT extract(epoch FROM now() - answering_since)::integer FROM control_plane")) * time.Second
	}

	b.exec(t, "UPDATE control_plane SET answered_at = now() - interval '1 second'")
	require.NoError(t, b.queries.ShowControlPlane(b.ctx))
	require.Greater(t, since(), 50*time.Minute, "it has answered all the time")

	b.exec(t, "UPDATE control_plane SET answered_at = now() - interval '10 seconds'")
	require.NoError(t, b.queries.ShowControlPlane(b.ctx))
	require.Less(t, since(), time.Minute)
}

func TestMoveVMs_NodeDrains_VMsMoveFirstAndStopOnceEdgesKnow(t *testing.T) {
	t.Parallel()

	b := setup(t)
	edge := id.New()
	b.exec(t, "INSERT INTO edges (id, name, region, last_seen_at, acknowledged_version) VALUES ($1, 'e1', 'eu', now() + interval '1 hour', 1000)", edge)

	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)
	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE edges SET acknowledged_version = $1", *deployment.RouteVersion)

	b.node.reports("starting", "", "")
	b.exec(t, "UPDATE nodes SET state = 'draining' WHERE id = $1", b.node.id)
	b.exec(t, "UPDATE vms SET state = 'healthy'")
	b.reconciling(t, worker)

	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE node_id = $1 AND state = 'starting'", other)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1 AND desired_state = 'running'", b.node.id), "the old one serves until then")

	b.node.reports("healthy", "", "")
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE node_id = $1 AND desired_state = 'draining'", b.node.id)
	require.Greater(t, b.count(t, "SELECT version FROM route_table"), int(*deployment.RouteVersion)+1, "for the one that came and the one that leaves")

	routes, err := b.queries.ListRoutes(b.ctx)
	require.NoError(t, err)
	require.Len(t, routes, 2, "the environment's and the deployment's own")

	for _, route := range routes {
		require.Equal(t, "10.79.2.2", route.IP.String(), "only the new one is in the route table")
	}

	b.exec(t, "UPDATE edges SET acknowledged_version = (SELECT version FROM route_table)")
	b.awaitCount(t, 0, "SELECT count(*) FROM vms WHERE node_id = $1 AND removed_at IS NULL", b.node.id)
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, other))
}

func TestMoveVMs_NoOtherNodeHasRoom_TheVMStays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, "UPDATE nodes SET state = 'draining'")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms' AND metadata ? 'snoozes'")
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, b.node.id))
}

func TestMoveVMs_VMsAreIll_OneAtATimeIsTriedElsewhereAndStaysUntilThatIsHealthy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.IllAfter = 10 * time.Minute
	b.runWorker(t, worker)
	b.exec(t, "UPDATE projects SET instances = 2")

	deployment := b.await(t, b.create(t).ID, stateLive)
	jobs := "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"
	serving := "SELECT count(*) FROM vms WHERE node_id = $1 AND desired_state = 'running'"

	b.node.freeze(true)
	b.exec(t, "UPDATE vms SET state = 'unhealthy', unhealthy_for = '11 minutes'")
	b.reconcileOnce(t, worker)
	require.Zero(t, b.count(t, jobs), "there is no other node")

	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE vms SET unhealthy_for = '9 minutes'")
	b.reconcileOnce(t, worker)
	require.Zero(t, b.count(t, jobs), "their node may still help them")

	b.exec(t, "UPDATE vms SET unhealthy_for = '10 minutes 30 seconds'")
	b.reconcileOnce(t, worker)
	require.Zero(t, b.count(t, jobs), "it is tried once a minute")

	b.exec(t, "UPDATE vms SET unhealthy_for = '11 minutes'")
	b.reconciling(t, worker)
	b.awaitCount(t, 1, serving, other)

	// It does not become healthy there either.
	b.exec(t, "UPDATE vms SET state = 'running', unhealthy_for = '2 minutes' WHERE node_id = $1", other)
	b.awaitCount(t, 0, serving, other)
	b.awaitCount(t, 0, jobs+" AND finalized_at IS NULL")
	b.reconcileOnce(t, worker)
	require.Zero(t, b.count(t, serving, other), "the next try takes its time")
	require.Equal(t, 2, b.count(t, serving, b.node.id))

	// What fails there for good is not made up for by a third instance.
	b.exec(t, "UPDATE vms SET created_at = now() - interval '11 minutes', unhealthy_for = '20 minutes'")
	b.awaitCount(t, 1, serving, other)
	b.exec(t, "UPDATE vms SET state = 'failed', message = 'It cannot run.' WHERE node_id = $1 AND desired_state = 'running'", other)
	b.awaitCount(t, 0, serving, other)
	b.awaitCount(t, 0, jobs+" AND finalized_at IS NULL")
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind = 'rescale' AND finalized_at IS NULL")
	require.Equal(t, 2, b.count(t, serving, b.node.id))

	b.exec(t, "UPDATE vms SET created_at = now() - interval '31 minutes', unhealthy_for = '60 minutes'")
	b.awaitCount(t, 1, serving, other)
	b.exec(t, "UPDATE vms SET state = 'healthy', healthy_at = now(), unhealthy_for = '0' WHERE node_id = $1 AND desired_state = 'running'", other)
	b.awaitCount(t, 1, serving, b.node.id)
	b.awaitCount(t, 2, serving, other)
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, other))

	events := b.events(t)
	require.Len(t, events, 6)
	require.Equal(t, []string{eventReplaced, eventInstances, eventReplaced}, events[:3])
	// The job that moves gives up what failed, or the one that counts the instances does.
	require.Contains(t, []string{eventInstances, eventReplaced}, events[3])
	require.Equal(t, []string{eventReplaced, eventReplaced}, events[4:])
}

func TestMoveVMs_TheNewNodeIsLostToo_AnotherOneIsTaken(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)
	second := b.addNode(t, "n2", "10.79.2.0/24")

	b.node.reports("starting", "", "")
	b.exec(t, "UPDATE vms SET state = 'healthy'")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE id = $1", b.node.id)
	b.reconciling(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE node_id = $1", second)

	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE id = $1", second)
	third := b.addNode(t, "n3", "10.79.3.0/24")
	b.node.reports("healthy", "", "")
	b.awaitCount(t, 1, healthyOn, deployment.ID, third)
	b.awaitCount(t, 0, "SELECT count(*) FROM vms WHERE node_id <> $1 AND desired_state <> 'stopped'", third)
}

func TestMoveVMs_NodeLostWhileItsVMsStart_TheDeploymentGoesLiveElsewhere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")
	worker := b.work(t)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE state = 'starting'")

	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE id = $1", b.node.id)
	b.node.reports("healthy", "", "")
	b.reconciling(t, worker)

	b.await(t, deployment.ID, stateLive)
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, other))
}

func TestRollback_WarmVMs_AreTakenOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	second := b.await(t, b.create(t).ID, stateLive)
	vm := func(deployment uuid.UUID) uuid.UUID {
		var found uuid.UUID

		require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT id FROM vms WHERE deployment_id = $1", deployment).Scan(&found))

		return found
	}
	firstVM, secondVM := vm(first.ID), vm(second.ID)

	back, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	b.await(t, back.ID, stateLive)
	require.Equal(t, firstVM, vm(back.ID))

	forth, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: second.ID})
	require.NoError(t, err)
	b.await(t, forth.ID, stateLive)
	require.Equal(t, secondVM, vm(forth.ID))

	// Back to the first one, whose VM belongs to the rollback of before.
	again, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: back.ID})
	require.NoError(t, err)
	require.Equal(t, first.ID, *again.OriginID)
	b.await(t, again.ID, stateLive)
	require.Equal(t, firstVM, vm(again.ID))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"), "no other VM was ever started")
}

func TestRetire_OnlyTheLastOneIsKeptWarm_AndOnlyForItsTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	second := b.await(t, b.create(t).ID, stateLive)
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'retire' AND state = 'completed'")
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms WHERE desired_state = 'running' AND state = 'healthy'"))

	b.await(t, b.create(t).ID, stateLive)
	b.awaitRemoved(t, first.ID)
	b.awaitCount(t, 3, "SELECT count(*) FROM river.river_job WHERE kind = 'retire' AND state = 'completed'")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND desired_state = 'running'", second.ID))

	b.exec(t, "UPDATE deployments SET warm_until = now() WHERE id = $1", second.ID)
	b.reconciling(t, worker)
	b.awaitRemoved(t, second.ID)
}

func TestSchedule_NoRoom_WhatIsKeptWarmMakesWay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	b.exec(t, "UPDATE nodes SET memory_bytes = (SELECT sum(memory_bytes + $1) FROM vms)", overhead)

	third := b.create(t)
	b.awaitRemoved(t, first.ID)
	b.await(t, third.ID, stateLive)
}
