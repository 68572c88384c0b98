package workflows

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
)

// blockBuildsByTurn makes builds wait, whatever their context says: each announces itself and waits for its own release.
func (b *testBundle) blockBuildsByTurn() (began <-chan struct{}, release []chan struct{}) {
	const turns = 2

	beginning := make(chan struct{}, turns)
	release = []chan struct{}{make(chan struct{}), make(chan struct{})}
	turn := 0

	b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
		b.activities.mutex.Lock()
		mine := release[turn]
		turn++
		b.activities.mutex.Unlock()

		beginning <- struct{}{}

		select {
		case <-mine:
		case <-b.ctx.Done(): // The test has failed.
		}

		return nil
	})

	return beginning, release
}

// loseLiveness cuts the connection by which a worker shows that it lives.
func (b *testBundle) loseLiveness(t *testing.T, worker *Worker) {
	t.Helper()

	b.exec(t, `SELECT pg_terminate_backend(pid) FROM pg_locks
		WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND (classid::bigint << 32 | objid::bigint) = hashtextextended('zeitwork.worker:' || $1, 0)`, worker.Name())
}

func TestDeploy_WorkerPresumedDead_AnotherResumesAndTheFirstWritesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	began, release := b.blockBuildsByTurn()

	first := b.newWorker(t)
	ended := make(chan error, 1)

	go func() { ended <- first.Run(context.WithoutCancel(b.ctx)) }()

	deployment := b.create(t)
	receive(t, began, "the build did not begin")
	b.loseLiveness(t, first)

	second := b.work(t)
	receive(t, began, "nobody took the build over")

	before, steps := b.get(t, deployment.ID), b.steps(t, deployment.ID)
	require.Equal(t, []string{"build 1 retrying", "build 2 running"}, steps[2:])

	// The first build succeeds, and its worker still believes in it.
	close(release[0])

	select {
	case err := <-ended:
		require.ErrorIs(t, err, errPresumedDead)
	case <-time.After(patienceOfTests):
		require.Fail(t, "the first worker did not end")
	}

	require.Equal(t, before, b.get(t, deployment.ID))
	require.Equal(t, steps, b.steps(t, deployment.ID))

	close(release[1])
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, "build 2 succeeded", b.steps(t, deployment.ID)[3])

	rows, err := b.queries.ListDeploymentSteps(b.ctx, deployment.ID, b.organisation)
	require.NoError(t, err)
	require.Equal(t, second.Name(), rows[len(rows)-1].Worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'discarded' AND kind = 'deploy.build'"))
}

func TestDeploy_WorkerStops_HandsTheStepOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	began := make(chan struct{}, 1)

	b.activities.setBuild(func(ctx context.Context, _ activities.BuildRequest, _ func(activities.LogLine)) error {
		began <- struct{}{}
		<-ctx.Done()

		return ctx.Err()
	})

	first := b.newWorker(t)
	working, stop := context.WithCancel(b.ctx)
	ended := make(chan error, 1)

	go func() { ended <- first.Run(working) }()

	deployment := b.create(t)
	receive(t, began, "the build did not begin")
	stop()
	require.NoError(t, <-ended)
	require.Contains(t, b.steps(t, deployment.ID), "build 1 retrying")

	b.activities.setBuild(nil)
	b.work(t)
	b.await(t, deployment.ID, stateLive)
	require.Contains(t, b.steps(t, deployment.ID), "build 2 succeeded")
}

func TestDeploy_PanicInAnActivity_IsTriedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.activities.onClone = func(context.Context) error {
		b.activities.onClone = nil

		panic("at the clone")
	}
	b.work(t)

	deployment := b.create(t)
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, []string{"clone 1 retrying", "clone 2 succeeded"}, b.steps(t, deployment.ID)[:2])
}

func TestReap_LeavesLivingWorkersAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	began, release := b.blockBuildsByTurn()
	b.work(t)

	deployment := b.create(t)
	receive(t, began, "the build did not begin")

	other := b.newWorker(t)
	require.NoError(t, other.reapOnce(b.ctx))
	close(release[0])
	b.await(t, deployment.ID, stateLive)
	require.NotContains(t, b.steps(t, deployment.ID), "build 2 succeeded")
}

func TestBackoff_DoublesUpToItsBound(t *testing.T) {
	t.Parallel()

	for attempt, want := range map[int]time.Duration{
		0: time.Second, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: maxBackoff, 1000: maxBackoff,
	} {
		require.Equal(t, want, backoff(attempt), "attempt %d", attempt)
	}
}

func TestWaitingSentence_NamesTheReasonAndTheNextTry(t *testing.T) {
	t.Parallel()

	require.Equal(t, "Waiting because the registry does not answer; next try in 4 s.",
		waitingSentence("The registry does not answer.", 4*time.Second))
	require.Equal(t, "Waiting because BuildKit does not answer; next try in 1 s.", waitingSentence("BuildKit does not answer.", time.Second))
}

var errSome = errors.New("some trouble of ours")

func TestReap_DeadLeader_IsDeposedAndALivingOneIsNot(t *testing.T) {
	t.Parallel()

	b := setup(t)
	reaper := b.newWorker(t)
	lead := func(worker string) {
		b.exec(t, "DELETE FROM river.river_leader")
		b.exec(t, "INSERT INTO river.river_leader (leader_id, elected_at, expires_at) VALUES ($1, now(), now() + interval '1 hour')", worker)
	}

	lead("dead")
	require.NoError(t, reaper.reapOnce(b.ctx))
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_leader"))

	living, err := showLiveness(b.ctx, b.pool.Config().ConnConfig, "living")
	require.NoError(t, err)
	lead("living")
	require.NoError(t, reaper.reapOnce(b.ctx))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_leader"))
	require.NoError(t, living.end(b.ctx))
}
