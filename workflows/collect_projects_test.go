package workflows

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func isCommit(name string) bool { return strings.HasPrefix(name, "commit-") }

// past inserts a deployment that is over or live, with its image and its source. Its name is that of its image, whose
// digest is sha256:name, and of its commit.
func (b *testBundle) past(t *testing.T, name, state string, routeVersion *int) uuid.UUID {
	t.Helper()

	deployment := id.New()
	sealed, err := b.keyring.SealEnvironment(b.ctx, b.queries, b.snapshot(deployment), nil)
	require.NoError(t, err)

	b.exec(t, `INSERT INTO images (id, project_id, repository, digest, size_bytes) VALUES ($1, $2, 'projects/x', $3, 1) ON CONFLICT DO NOTHING`,
		id.New(), b.project, "sha256:"+name)
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, route_version, commit_sha, build_plan,
			source_digest, image_digest, image_id, ended_at, created_at)
		SELECT $1, $2, 'flip_route', 'manual', 'main', $3, $4, $5, $6, '{}', 'sha256:source', images.digest, images.id, now(), clock_timestamp()
		FROM images WHERE project_id = $2 AND digest = $7`, deployment, b.project, sealed, state, routeVersion, "commit-"+name, "sha256:"+name)
	b.activities.store(b.project, "sha256:"+name, "commit-"+name)

	return deployment
}

// collector is a worker that keeps two releases.
func (b *testBundle) collector(t *testing.T) *Worker {
	t.Helper()

	worker := b.newWorker(t)
	worker.config.KeepReleases = 2

	return worker
}

func (b *testBundle) collect(t *testing.T) {
	t.Helper()
	require.NoError(t, b.collector(t).collectGarbage(b.ctx, nil))
}

func (b *testBundle) images() []string {
	left := []string{}

	for _, name := range b.activities.left(b.project) {
		if !isCommit(name) {
			left = append(left, name)
		}
	}

	return left
}

func requireConflict(t *testing.T, err error, words string) {
	t.Helper()
	require.Equal(t, problem.Conflict, problem.CodeOf(err), "%v", err)
	require.Contains(t, problem.MessageOf(err), words)
}

func TestCollectGarbage_KeepsWhatMayBeRolledBackTo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	warm := b.past(t, "a-warm", stateRetired, new(1))
	b.exec(t, "UPDATE deployments SET warm_until = now() + interval '1 minute' WHERE id = $1", warm)
	old := b.past(t, "b-old", stateRetired, new(2))
	second := b.past(t, "c-second", stateRetired, new(3))
	b.past(t, "d-failed", stateFailed, nil)
	b.past(t, "e-first", stateRetired, new(4))
	b.past(t, "f-live", stateLive, new(5))
	b.past(t, "g-superseded", stateSuperseded, nil)

	for range 2 {
		b.collect(t)
		require.Equal(t, []string{"sha256:a-warm", "sha256:c-second", "sha256:e-first", "sha256:f-live"}, b.images())
	}

	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM images WHERE collected_at IS NOT NULL AND repository = ''"))

	_, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: old})
	requireConflict(t, err, "is not kept any more, because newer ones have been live since. Redeploy it")

	_, err = b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: second})
	require.NoError(t, err)

	_, err = b.deployments.Redeploy(b.ctx, RepeatRequest{DeploymentID: old})
	require.NoError(t, err)

	// Once it is cold, nothing keeps it.
	b.exec(t, "UPDATE deployments SET state = 'failed' WHERE state = 'queued'")
	b.exec(t, "UPDATE deployments SET warm_until = now() WHERE id = $1", warm)
	b.collect(t)
	require.Equal(t, []string{"sha256:c-second", "sha256:e-first", "sha256:f-live"}, b.images())
}

func TestCollectGarbage_ImageWhoseBuildWasCutOff_IsTakenOutOnceItsDeploymentHasEnded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "live", stateLive, new(1))
	cutOff := b.past(t, "cut-off", stateDeploying, nil)
	b.exec(t, "UPDATE deployments SET step = 'build', image_id = NULL, image_digest = NULL WHERE id = $1", cutOff)
	b.exec(t, "DELETE FROM images WHERE digest = 'sha256:cut-off'")
	b.activities.tag(b.project, cutOff, "sha256:cut-off")

	b.collect(t)
	require.Equal(t, []string{"sha256:cut-off", "sha256:live"}, b.images(), "it is on its way")

	b.exec(t, "UPDATE deployments SET state = 'cancelled' WHERE id = $1", cutOff)
	b.collect(t)
	require.Equal(t, []string{"sha256:live"}, b.images())
}

func TestBuild_SecondAttempt_WritesDownTheImageThatTheFirstHasLeft(t *testing.T) {
	t.Parallel()

	b := setup(t)
	builds := 0

	b.activities.setBuild(func(_ context.Context, request activities.BuildRequest, _ func(activities.LogLine)) error {
		if builds++; builds == 1 {
			b.activities.tag(b.project, request.DeploymentID, "sha256:left")

			return errSome
		}

		return nil
	})
	b.work(t)
	b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM images WHERE digest = 'sha256:left'"))
}

func TestCollectGarbage_ImageOfTwoDeployments_IsKeptForEither(t *testing.T) {
	t.Parallel()

	b := setup(t)
	first := b.past(t, "same", stateRetired, new(1))

	for version := range 3 {
		b.past(t, "other", stateRetired, new(version+2))
	}

	b.past(t, "same", stateLive, new(9))
	b.collect(t)
	require.Equal(t, []string{"sha256:other", "sha256:same"}, b.images())

	_, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first})
	require.NoError(t, err)
}

func TestCollectGarbage_ProjectThatAlwaysBuilds_IsCollected(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "failed", stateFailed, nil)

	building := b.create(t)
	b.exec(t, "UPDATE deployments SET step = 'build', state = 'deploying' WHERE id = $1", building.ID)
	b.collect(t)
	require.Empty(t, b.images())

	// It has not been published yet, and has an image already.
	b.past(t, "built", stateFailed, nil)
	b.exec(t, "UPDATE deployments SET step = 'push', image_digest = 'sha256:built' WHERE id = $1", building.ID)
	b.collect(t)
	require.Equal(t, []string{"sha256:built"}, b.images())
}

func TestCollectGarbage_WhileItDeletes_NoDeploymentHasToWait(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "failed", stateFailed, nil)

	deleted := 0
	b.activities.onDelete = func(string) error {
		deleted++
		_, err := b.pool.Exec(b.ctx, "SELECT FROM projects WHERE id = $1 FOR NO KEY UPDATE NOWAIT", b.project)

		return err
	}

	b.collect(t)
	require.Equal(t, 1, deleted)
	require.Empty(t, b.images())
}

func TestCollectGarbage_BuildPushesAnImageAgainThatIsBeingDeleted_ItIsBuiltOnceMore(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := "image-" + b.project.String() // As the activities in memory build it.
	b.past(t, image, stateFailed, nil)

	b.activities.forgetful = true

	var once sync.Once

	pushed, builds := make(chan struct{}), 0
	b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
		b.activities.store(b.project, "sha256:"+image)

		if builds++; builds == 1 {
			close(pushed)
		}

		return nil
	})

	// The deletion begins before the build ends, and ends behind its push.
	b.activities.onDelete = func(name string) error {
		if strings.HasPrefix(name, "sha256:") {
			once.Do(func() {
				b.work(t)
				b.create(t)
				<-pushed
			})
		}

		return nil
	}
	require.NoError(t, b.collector(t).collectImages(b.ctx, b.project, 2, &collected{}))

	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE state = 'live'")
	require.Equal(t, []string{"sha256:" + image}, b.images())
	require.Equal(t, 2, builds)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployment_steps WHERE step = 'push' AND state = 'retrying' AND error LIKE 'The image was collected%'"))
}

func TestDeploy_SourceIsCollectedMeanwhile_IsClonedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.activities.gone = 1
	b.work(t)

	deployment := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, []string{"clone 1 succeeded", "detect 1 retrying", "clone 2 succeeded", "detect 2 succeeded"}, b.steps(t, deployment.ID)[:4])
}

func TestCollectGarbage_RegistryFails_NobodyRollsBackAndTheNextPassDeletes(t *testing.T) {
	t.Parallel()

	for name, arrange := range map[string]func(b *testBundle, trouble error){
		"nothing was deleted":  func(b *testBundle, trouble error) { b.activities.onDelete = func(string) error { return trouble } },
		"but it had deleted":   func(b *testBundle, trouble error) { b.activities.onDeleted = func() error { return trouble } },
		"and the worker ended": func(b *testBundle, _ error) { b.activities.onDelete = func(string) error { panic("killed") } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			old := b.past(t, "a-old", stateRetired, new(1))
			b.past(t, "b", stateRetired, new(2))
			b.past(t, "c", stateRetired, new(3))
			arrange(b, problem.Wrap(errors.New("500"), problem.Unavailable, "The image registry does not answer."))

			func() {
				defer func() { _ = recover() }()

				_ = b.collector(t).collectImages(b.ctx, b.project, 2, &collected{})
			}()

			_, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: old})
			requireConflict(t, err, "is not kept any more")

			b.activities.onDelete, b.activities.onDeleted = nil, nil
			b.collect(t)
			require.Equal(t, []string{"sha256:b", "sha256:c"}, b.images())
			require.Equal(t, 1, b.count(t, "SELECT count(*) FROM images WHERE collected_at IS NOT NULL AND repository = ''"))
		})
	}
}

func TestCollectGarbage_OneProjectFails_TheOthersAreCollected(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "broken", stateFailed, nil)
	broken := b.project

	b.project = id.New()
	b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url)
		SELECT $1, organisation_id, 'Other', 'other', 'https://git.example.com/other.git' FROM projects`, b.project)
	b.past(t, "failed", stateFailed, nil)

	b.activities.onDelete = func(name string) error {
		if name == "sha256:broken" {
			return errors.New("some error")
		}

		return nil
	}

	b.collect(t)
	require.Empty(t, b.images())
	require.Contains(t, b.activities.left(broken), "sha256:broken")
}

func TestCollectGarbage_ImageBuiltAgain_IsKeptAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	image := "image-" + b.project.String() // As the activities in memory build it.
	b.past(t, image, stateFailed, nil)
	b.collect(t)
	require.Empty(t, b.images())

	b.activities.setBuild(func(context.Context, activities.BuildRequest, func(activities.LogLine)) error {
		b.activities.store(b.project, "sha256:"+image)

		return nil
	})

	live := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM images WHERE id = $1 AND collected_at IS NULL AND repository = $2",
		live.ImageID, activities.ImageRepository(b.project)))
	b.collect(t)
	require.Equal(t, []string{"sha256:" + image}, b.images())
}

func TestCollectGarbage_CancelledOnceItsImageWasPushed_TheImageGoes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.activities.setBuild(func(ctx context.Context, request activities.BuildRequest, _ func(activities.LogLine)) error {
		b.activities.store(b.project, "sha256:image-"+b.project.String())

		_, err := b.deployments.Cancel(context.WithoutCancel(ctx), request.DeploymentID, nil)

		return err
	})
	b.work(t)

	deployment := b.create(t)
	b.await(t, deployment.ID, stateCancelled)
	require.Eventually(t, func() bool { return b.count(t, "SELECT count(*) FROM images") == 1 }, patienceOfTests, lookAgain/100)

	b.collect(t)
	require.Empty(t, b.images())
}

func TestCollectGarbage_MarkedImageThatRunsAgain_IsNeverTakenOut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "live", stateLive, new(1))
	b.exec(t, "UPDATE images SET collected_at = now()")
	b.collect(t)
	require.Equal(t, []string{"sha256:live"}, b.images())
}

func TestCollectGarbage_KeepsTheNewestSources(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "a", stateRetired, new(1))
	b.past(t, "b", stateRetired, new(2))
	b.past(t, "c", stateLive, new(3))
	b.past(t, "d", stateFailed, nil)
	b.activities.store(b.project, "commit-of-nobody")

	cloning := b.create(t)
	b.collect(t)
	require.Contains(t, b.activities.left(b.project), "commit-of-nobody", "the deployment may be putting it there")

	b.exec(t, "UPDATE deployments SET step = 'build', state = 'deploying', commit_sha = 'commit-a' WHERE id = $1", cloning.ID)
	b.collect(t)

	sources, err := b.activities.ListSources(b.ctx, b.project)
	require.NoError(t, err)
	require.Equal(t, []string{"commit-a", "commit-d"}, sources, "that of the deployment on its way, and of the newest two")
}

func TestCollectGarbage_DeletedProject_NothingOfItStaysOnceItsVMsAreGone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	live := b.past(t, "live", stateRetired, new(1))
	b.activities.store(b.project, "cache")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '1 hour'") // It says nothing of its VMs.
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state)
		VALUES ($1, $2, $3, '10.79.1.9', 80, 100, 1000, 'stopped')`, id.New(), live, b.node.id)
	b.exec(t, "UPDATE projects SET deleted_at = now() - interval '30 days'")
	b.exec(t, "UPDATE deployments SET created_at = now() - interval '40 days', ended_at = now() - interval '40 days'")

	b.collect(t)
	require.Len(t, b.activities.left(b.project), 3)

	b.exec(t, "UPDATE vms SET removed_at = now()")
	b.collect(t)
	require.Empty(t, b.activities.left(b.project))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM images WHERE collected_at IS NOT NULL AND repository = ''"))

	projects, err := b.queries.ListProjectsToCollect(b.ctx, 2)
	require.NoError(t, err)
	require.Empty(t, projects, "it is done with")
}
