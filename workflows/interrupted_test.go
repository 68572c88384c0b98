package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
)

// runUntilStopped runs a worker; the returned function stops it and waits for its end.
func (b *testBundle) runUntilStopped(t *testing.T, worker *Worker) func() {
	t.Helper()

	ctx, stop := context.WithCancel(b.ctx)
	ended := make(chan error, 1)

	go func() { ended <- worker.Run(ctx) }()

	return func() {
		stop()
		require.NoError(t, <-ended)
	}
}

func TestStop_WhileAStepWaits_HandsItBackAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")

	first := b.newWorker(t)
	first.config.StopTimeout = patienceOfTests // What waits is not waited for.
	stop := b.runUntilStopped(t, first)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE step = 'health_check' AND waiting_for IS NOT NULL")
	stop()

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'deploy.health_check' AND state = 'available' AND attempt = 0"),
		"the job is there for others, at once")
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM deployment_steps
		WHERE step = 'health_check' AND state = 'retrying' AND error = 'The worker stopped; another one goes on.'`))

	b.node.reports("healthy", "", "")
	b.work(t)
	b.await(t, deployment.ID, stateLive)
}

func TestStop_WhileAJobBesideTheChainWaits_HandsItBackAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.DrainTime, worker.config.StopTimeout = patienceOfTests, patienceOfTests
	stop := b.runUntilStopped(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'retire' AND state = 'running'")
	stop()

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'retire' AND state = 'available' AND attempt = 0"))
	b.work(t)
	b.awaitRemoved(t, first.ID)
}

func TestStop_StepGoesOnForLongerThanTheLease_NobodyTakesItOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	began, release := make(chan struct{}, 1), make(chan struct{})

	b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
		began <- struct{}{}
		<-release

		return nil
	})

	first := b.newWorker(t)
	first.config.StopTimeout = patienceOfTests

	// River's client has the timeout already, so that the worker is made anew.
	first, err := NewWorker(first.config, Dependencies{
		Pool: b.pool, Listener: b.listener, Keyring: b.keyring, Source: b.activities, Builder: b.activities, Publisher: b.activities, Collector: b.activities,
		Logger: b.logger,
	})
	require.NoError(t, err)

	ctx, stop := context.WithCancel(b.ctx)
	ended := make(chan error, 1)

	go func() { ended <- first.Run(ctx) }()

	deployment := b.create(t)
	receive(t, began, "the build did not begin")

	b.work(t)
	stop()

	// The other worker looks for dead ones every second, and Postgres ends silent sessions after the lease.
	told := time.Now()
	require.Eventually(t, func() bool { return time.Since(told) > workerLease+2*reapEvery }, patienceOfTests, 10*time.Millisecond)
	close(release)

	require.NoError(t, <-ended)
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, "build 1 succeeded", b.steps(t, deployment.ID)[2])
}
