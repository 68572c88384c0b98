package workflows

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// heldBuilds are builds that run until the test lets them end.
type heldBuilds struct {
	began chan uuid.UUID

	mutex sync.Mutex
	end   map[uuid.UUID]chan error
}

// holdBuilds has every build run until finish is called for its project.
func (b *testBundle) holdBuilds() *heldBuilds {
	held := &heldBuilds{began: make(chan uuid.UUID, 100), end: map[uuid.UUID]chan error{}}

	b.activities.setBuild(func(ctx context.Context, request activities.BuildRequest, _ func(activities.LogLine)) error {
		held.began <- request.ProjectID

		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-held.of(request.ProjectID):
			return err
		}
	})

	return held
}

func (h *heldBuilds) of(project uuid.UUID) chan error {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	if h.end[project] == nil {
		h.end[project] = make(chan error, 1)
	}

	return h.end[project]
}

// next is the project whose build begins next.
func (h *heldBuilds) next(t *testing.T) uuid.UUID {
	t.Helper()

	select {
	case project := <-h.began:
		return project
	case <-time.After(patienceOfTests):
		require.Fail(t, "no build began")

		return uuid.Nil
	}
}

// finish lets the build of a project end: with an image, or with the error.
func (h *heldBuilds) finish(project uuid.UUID, err error) { h.of(project) <- err }

func (b *testBundle) allowBuilds(t *testing.T, builds int32) {
	t.Helper()

	project, err := b.queries.LockProject(b.ctx, b.project)
	require.NoError(t, err)
	require.NoError(t, b.queries.SetQuotas(b.ctx, database.SetQuotasParams{ID: id.New(), OrganisationID: project.OrganisationID, Builds: &builds}))
}

func (b *testBundle) createIn(t *testing.T, project uuid.UUID) database.Deployment {
	t.Helper()

	deployment, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: project, Trigger: TriggerManual})
	require.NoError(t, err)

	return deployment
}

// waitingFor is the sentence of the timeline that says what a deployment waits for, or "".
func (b *testBundle) waitingFor(t *testing.T, deployment uuid.UUID) string {
	t.Helper()

	var sentence string

	require.NoError(t, b.pool.QueryRow(b.ctx,
		"SELECT coalesce(max(waiting_for), '') FROM deployment_steps WHERE deployment_id = $1", deployment).Scan(&sentence))

	return sentence
}

func TestBuildTurns_OrganisationHasItsBuilds_TheNextWaitsAndSaysWhy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	builds := b.holdBuilds()
	worker := b.work(t)
	second, third := b.addProject(t, 32<<20, 1), b.addProject(t, 32<<20, 1)

	first := b.create(t)
	b.createIn(t, second)
	require.ElementsMatch(t, []uuid.UUID{b.project, second}, []uuid.UUID{builds.next(t), builds.next(t)})

	waiting := b.createIn(t, third)
	require.Equal(t, "Waiting because your organisation's 2 builds are running.", b.waitingFor(t, waiting.ID))
	require.Equal(t, stateQueued, waiting.State)

	// Reconcile takes it neither for stranded nor for one whose turn it is.
	b.exec(t, "UPDATE deployments SET created_at = created_at - interval '1 minute' WHERE id = $1", waiting.ID)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE args ->> 'deployment_id' = $1::text", waiting.ID))

	builds.finish(b.project, nil)
	require.Equal(t, third, builds.next(t))
	require.Empty(t, b.waitingFor(t, waiting.ID))
	b.await(t, first.ID, stateLive)

	builds.finish(third, nil)
	b.await(t, waiting.ID, stateLive)
}

func TestBuildTurns_BuildEndsWithoutAnImage_TheNextGoesOn(t *testing.T) {
	t.Parallel()

	for name, end := range map[string]func(t *testing.T, b *testBundle, builds *heldBuilds, running database.Deployment){
		"failed": func(_ *testing.T, b *testBundle, builds *heldBuilds, _ database.Deployment) {
			builds.finish(b.project, problem.New(problem.Invalid, "The build command fails."))
		},
		"cancelled": func(t *testing.T, b *testBundle, _ *heldBuilds, running database.Deployment) {
			t.Helper()

			_, err := b.deployments.Cancel(b.ctx, running.ID, nil)
			require.NoError(t, err)
		},
		"its project deleted": func(t *testing.T, b *testBundle, _ *heldBuilds, _ database.Deployment) {
			t.Helper()
			require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
				return b.deployments.endProject(b.ctx, tx, b.project)
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.allowBuilds(t, 1)

			builds := b.holdBuilds()
			b.work(t)

			other := b.addProject(t, 32<<20, 1)
			running := b.create(t)
			require.Equal(t, b.project, builds.next(t))

			waiting := b.createIn(t, other)
			require.Equal(t, "Waiting because another build of your organisation is running.", b.waitingFor(t, waiting.ID))

			end(t, b, builds, running)
			require.Equal(t, other, builds.next(t))
		})
	}
}

func TestBuildTurns_OrganisationWithManyWaiting_AnotherOneBuildsAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	builds := b.holdBuilds()
	b.work(t)

	for range 20 {
		b.createIn(t, b.addProject(t, 32<<20, 1))
	}

	builds.next(t)
	builds.next(t)

	other := b.addProject(t, 32<<20, 1)
	organisation := id.New()
	b.exec(t, "INSERT INTO organisations (id, slug, name) VALUES ($1, 'other', 'Other')", organisation)
	b.exec(t, "UPDATE projects SET organisation_id = $1 WHERE id = $2", organisation, other)

	b.createIn(t, other)
	require.Equal(t, other, builds.next(t))
}

func TestBuildTurns_NewerDeploymentOfTheBranch_TakesThePlaceOfTheOneThatWaits(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allowBuilds(t, 1)

	builds := b.holdBuilds()
	b.work(t)

	other := b.addProject(t, 32<<20, 1)
	b.create(t)
	builds.next(t)

	older, newer := b.createIn(t, other), b.createIn(t, other)
	require.Equal(t, stateSuperseded, b.get(t, older.ID).State)
	require.NotEmpty(t, b.waitingFor(t, newer.ID))

	// The newest deployment of the project that builds takes over its turn from the one that it supersedes.
	newest := b.create(t)
	require.Equal(t, b.project, builds.next(t))
	require.Empty(t, b.waitingFor(t, newest.ID))

	builds.finish(b.project, nil)
	require.Equal(t, other, builds.next(t))
}

func TestBuildTurns_QuotaIsRaised_ReconcileLetsTheNextGoOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allowBuilds(t, 0)

	builds := b.holdBuilds()
	worker := b.newWorker(t)

	// The organisation's own number comes before the platform's.
	for _, builds := range []int32{7, 5} {
		_, err := b.queries.SetPlatformQuotas(b.ctx, database.SetPlatformQuotasParams{ID: id.New(), Builds: &builds})
		require.NoError(t, err)
	}

	waiting := b.create(t)
	require.Equal(t, "Waiting because your organisation may not build anything. An operator of the platform can change that.", b.waitingFor(t, waiting.ID))

	b.allowBuilds(t, 1)
	b.runWorker(t, worker)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, b.project, builds.next(t))
}

func TestBuildTurns_Rollback_NeedsNone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	first := b.create(t)
	b.await(t, first.ID, stateLive)
	b.allowBuilds(t, 0)
	b.rollback(t, first.ID)
}
