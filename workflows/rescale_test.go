package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestRescale_VMFailsForGood_IsReplacedWithoutADeployment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.node.leaveFailed(true)
	// It ran for a while.
	b.exec(t, "UPDATE vms SET state = 'failed', message = 'The image cannot be unpacked.', created_at = now() - interval '10 minutes'")

	require.NoError(t, worker.reconcile(b.ctx, nil))
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'healthy' AND desired_state = 'running'", deployment.ID)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'removed'", deployment.ID)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM project_events WHERE kind = 'replaced' AND deployment_id = $1
		AND message = 'An instance failed for good and was replaced. The image cannot be unpacked.'`, deployment.ID))
}

func TestRescale_VMsFailAgainAndAgain_EachReplacementWaitsLonger(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	fail := func(count int) {
		for range count {
			b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, state, desired_state, removed_at, ip_released_at)
				VALUES ($1, $2, $3, '10.79.1.99', 80, 100, 1000, 'failed', 'stopped', now(), now())`, id.New(), deployment.ID, b.node.id)
		}
	}

	pause, err := pauseOfReplacement(b.ctx, b.queries, deployment.ID)
	require.NoError(t, err)
	require.Zero(t, pause, "nothing has failed")

	fail(1)
	first, err := pauseOfReplacement(b.ctx, b.queries, deployment.ID)
	require.NoError(t, err)
	require.InDelta(t, shortestReplacementPause.Seconds(), first.Seconds(), 1)

	fail(2)
	third, err := pauseOfReplacement(b.ctx, b.queries, deployment.ID)
	require.NoError(t, err)
	require.InDelta(t, 4*shortestReplacementPause.Seconds(), third.Seconds(), 1)

	fail(20)
	last, err := pauseOfReplacement(b.ctx, b.queries, deployment.ID)
	require.NoError(t, err)
	require.InDelta(t, longestReplacementPause.Seconds(), last.Seconds(), 1)
}

func TestRescale_InstancesChanged_WhatIsLiveFollows(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	serving := "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'healthy' AND desired_state = 'running'"

	change := func(instances int) {
		b.exec(t, "UPDATE projects SET instances = $1, instances_changed_at = now()", instances)
		b.reconcileOnce(t, worker)
	}

	change(3)
	b.awaitCount(t, 3, serving, deployment.ID)
	b.awaitCount(t, 1, "SELECT count(*) FROM projects WHERE instances_changed_at IS NULL")

	change(1)
	b.awaitCount(t, 1, serving, deployment.ID)
	b.awaitCount(t, 2, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'removed'", deployment.ID)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, []string{eventInstances, eventInstances}, b.events(t))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE message = 'Instances were added (2), as the project asks for 3.'"))
}

func TestRescale_InstancesChangedOnTheWay_IsSeenAtTheFlip(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")

	worker := b.work(t)
	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND step = 'health_check'", deployment.ID)
	b.exec(t, "UPDATE projects SET instances = 2")
	b.node.reports("healthy", "", "")
	b.await(t, deployment.ID, stateLive)
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 2, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'healthy' AND desired_state = 'running'", deployment.ID)
}

// reconcileOnce runs one pass of reconcile.
func (b *testBundle) reconcileOnce(t *testing.T, worker *Worker) {
	t.Helper()

	require.NoError(t, worker.reconcile(b.ctx, nil))
}

func TestRescale_FewerInstancesWhileAnIllOneIsReplaced_NoneIsLeftOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.IllAfter = 10 * time.Minute
	b.runWorker(t, worker)
	b.exec(t, "UPDATE projects SET instances = 2")

	deployment := b.await(t, b.create(t).ID, stateLive)
	other := b.addNode(t, "n2", "10.79.2.0/24")
	running := "SELECT count(*) FROM vms WHERE deployment_id = $1 AND desired_state = 'running'"

	b.node.freeze(true)
	b.exec(t, "UPDATE vms SET state = 'unhealthy', unhealthy_for = '11 minutes' WHERE id = (SELECT min(id::text)::uuid FROM vms)")
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE node_id = $1 AND replaces_id IS NOT NULL", other)

	b.exec(t, "UPDATE projects SET instances = 1, instances_changed_at = now()")
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM projects WHERE instances_changed_at IS NULL")
	require.Equal(t, 1, b.count(t, running, deployment.ID))
	require.Equal(t, 1, b.count(t, healthyOn, deployment.ID, b.node.id), "the one that was well")
}
