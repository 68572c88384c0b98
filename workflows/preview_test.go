package workflows

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// withPreviews turns polling and previews on and has a worker look at the repository, which has the branch main at commitA alone.
func (b *testBundle) withPreviews(t *testing.T, worker *Worker) {
	t.Helper()

	b.exec(t, "UPDATE projects SET auto_deploy = true, previews = 'branches'")
	b.head(commitA)
	b.poll(t, worker)
}

// branch has a branch beside main point at a commit; an empty one deletes it.
func (b *testBundle) branch(name, commit string) {
	b.activities.mutex.Lock()
	defer b.activities.mutex.Unlock()

	if commit == "" {
		delete(b.activities.branches, name)

		return
	}

	if b.activities.branches == nil {
		b.activities.branches = map[string]string{}
	}

	b.activities.branches[name] = commit
}

// pushBranch has a branch beside main point at a commit, polls, and returns the deployment that comes of it.
func (b *testBundle) pushBranch(t *testing.T, worker *Worker, name, commit string) database.Deployment {
	t.Helper()

	b.branch(name, commit)
	b.poll(t, worker)

	rows, err := b.queries.ListNewestDeployments(b.ctx, b.preview(t, name).ID, name, 1)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, commit, *rows[0].CommitSHA)
	require.Equal(t, string(TriggerPush), rows[0].Trigger)

	return rows[0]
}

func (b *testBundle) preview(t *testing.T, branch string) database.Environment {
	t.Helper()

	preview, err := b.queries.GetPreviewOf(b.ctx, b.project, branch)
	require.NoError(t, err)

	return preview
}

// hasNoPreview requires that a branch has no preview.
func (b *testBundle) hasNoPreview(t *testing.T, branch string) {
	t.Helper()

	_, err := b.queries.GetPreviewOf(b.ctx, b.project, branch)
	require.ErrorIs(t, err, pgx.ErrNoRows)
}

// answers is the deployment that a hostname leads to.
func (b *testBundle) answers(t *testing.T, hostname string) *uuid.UUID {
	t.Helper()

	var deployment *uuid.UUID
	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT deployment_id FROM domains WHERE hostname = $1", hostname).Scan(&deployment), hostname)

	return deployment
}

func TestPreview_AndProduction_NeverTouchEachOther(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET instances = 2")
	worker := b.work(t)
	b.withPreviews(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE state = 'live'")
	first := b.answers(t, "app.example.com")

	preview := b.pushBranch(t, worker, "feature/x", commitB)
	b.await(t, preview.ID, stateLive)
	require.Equal(t, &preview.ID, b.answers(t, "app-feature-x.example.com"))
	require.Equal(t, first, b.answers(t, "app.example.com"))
	require.Equal(t, stateLive, b.get(t, *first).State)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1", preview.ID), "a preview has one instance")

	second := b.await(t, b.push(t, worker, commitC).ID, stateLive)
	require.Equal(t, &second.ID, b.answers(t, "app.example.com"))
	require.Equal(t, &preview.ID, b.answers(t, "app-feature-x.example.com"))
	require.Equal(t, stateLive, b.get(t, preview.ID).State)
	b.await(t, *first, stateRetired)

	// The same commit on both branches is deployed to both.
	merged := b.await(t, b.pushBranch(t, worker, "feature/x", commitC).ID, stateLive)
	require.Equal(t, &merged.ID, b.answers(t, "app-feature-x.example.com"))
	b.await(t, preview.ID, stateRetired)
	require.Equal(t, stateLive, b.get(t, second.ID).State)

	b.poll(t, worker)
	require.Equal(t, 4, b.count(t, "SELECT count(*) FROM deployments"), "nothing is deployed twice")
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE kind = 'rescale'"))
}

func TestPreview_BranchesThatAreThereAlready_GetTheirsWithTheirNextPush(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.branch("old", commitA)
	b.withPreviews(t, worker)
	b.poll(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments"))

	b.pushBranch(t, worker, "old", commitB)
	b.pushBranch(t, worker, "new", commitA)
}

func TestPreview_BranchDeletedWhileItIsDeployed_LeavesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE state = 'live'")

	live := b.await(t, b.pushBranch(t, worker, "feature", commitB).ID, stateLive)
	gone := b.preview(t, "feature")

	began, ended := b.blockBuilds(all)
	underWay := b.pushBranch(t, worker, "feature", commitC)
	receive(t, began, "the build did not begin")

	b.branch("feature", "")
	b.poll(t, worker)
	receive(t, ended, "the build did not end")

	require.Equal(t, stateCancelled, b.get(t, underWay.ID).State)
	require.Equal(t, stateRetired, b.get(t, live.ID).State)
	b.awaitRemoved(t, live.ID)
	b.hasNoPreview(t, "feature")
	require.Zero(t, b.count(t, "SELECT count(*) FROM domains WHERE environment_id = $1", gone.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE state = 'live'"), "production lives on")
	require.Equal(t, []string{eventPreview, eventPreview}, b.events(t))

	_, err := b.deployments.Redeploy(b.ctx, RepeatRequest{DeploymentID: live.ID})
	requireConflict(t, err, "The preview of branch feature was deleted")
	_, err = b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: live.ID})
	requireConflict(t, err, "The preview of branch feature was deleted")

	// A branch of the name that comes back is another preview under the same name.
	b.activities.setBuild(nil)
	again := b.await(t, b.pushBranch(t, worker, "feature", commitC).ID, stateLive)
	require.NotEqual(t, gone.ID, again.EnvironmentID)
	require.Equal(t, &again.ID, b.answers(t, "app-feature.example.com"))
}

func TestPreview_TimeIsOver_EndsAndComesBackWithTheNextPush(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)

	b.await(t, b.pushBranch(t, worker, "feature", commitB).ID, stateLive)
	require.WithinDuration(t, time.Now().Add(14*24*time.Hour), *b.preview(t, "feature").ExpiresAt, time.Hour)

	// A push puts the end off.
	b.exec(t, "UPDATE environments SET expires_at = now() + interval '1 minute' WHERE kind = 'preview'")
	b.await(t, b.pushBranch(t, worker, "feature", commitC).ID, stateLive)
	require.WithinDuration(t, time.Now().Add(14*24*time.Hour), *b.preview(t, "feature").ExpiresAt, time.Hour)

	b.exec(t, "UPDATE environments SET expires_at = now() - interval '1 minute' WHERE kind = 'preview'")
	b.poll(t, worker)
	b.hasNoPreview(t, "feature")
	b.awaitCount(t, 0, "SELECT count(*) FROM deployments WHERE branch = 'feature' AND state = 'live'")

	b.poll(t, worker)
	b.hasNoPreview(t, "feature")

	b.pushBranch(t, worker, "feature", commitA)
}

func TestPreview_BranchesWhoseSlugsCollide_HaveHostnamesOfTheirOwn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.withPreviews(t, worker)

	b.pushBranch(t, worker, "feature/x", commitB)
	b.pushBranch(t, worker, "feature-x", commitB)
	b.pushBranch(t, worker, "production", commitB)

	require.Equal(t, "feature-x", b.preview(t, "feature/x").Slug)
	require.Equal(t, previewSlugs("app", "feature-x")[1], b.preview(t, "feature-x").Slug)
	require.Equal(t, previewSlugs("app", "production")[1], b.preview(t, "production").Slug)
	require.Equal(t, 4, b.count(t, "SELECT count(DISTINCT hostname) FROM domains WHERE kind = 'generated'"))
}

func TestPreview_HostnameOfAnotherProject_IsLeftToIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.withPreviews(t, worker)

	other := b.addProject(t, 32<<20, 1)
	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, 'app-feature.example.com', 'generated')", id.New(), other)

	b.pushBranch(t, worker, "feature", commitB)
	require.Equal(t, previewSlugs("app", "feature")[1], b.preview(t, "feature").Slug)
}

func TestPreview_MoreBranchesThanAProjectCanHave_ThePollSaysSoUntilThereIsRoom(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.withPreviews(t, worker)

	for _, name := range []string{"a", "b", "c", "d", "e"} {
		b.branch(name, commitB)
	}

	b.poll(t, worker)
	require.Equal(t, maxPreviews, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error LIKE 'Branches without a preview: d, e.%3 previews%'"))

	_, err := b.deployments.CreatePreview(b.ctx, b.project, "d", nil)
	requireConflict(t, err, "3 previews, which is as many as it can have")

	b.branch("a", "")
	b.branch("e", "")
	b.poll(t, worker)
	b.preview(t, "d")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE poll_error IS NULL"))
}

func TestPreview_RollbackInIt_PinsItAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)

	first := b.await(t, b.pushBranch(t, worker, "feature", commitA).ID, stateLive)
	b.await(t, b.pushBranch(t, worker, "feature", commitB).ID, stateLive)

	back := b.rollback(t, first.ID)
	require.Equal(t, first.EnvironmentID, back.EnvironmentID)
	require.Equal(t, &back.ID, b.preview(t, "feature").PinnedByID)
	require.Zero(t, b.count(t, "SELECT count(*) FROM projects WHERE pinned_by_id IS NOT NULL"))

	b.await(t, b.push(t, worker, commitB).ID, stateLive)

	held := b.pushBranch(t, worker, "feature", commitC)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL", held.ID)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, &back.ID, b.answers(t, "app-feature.example.com"))

	_, err := b.deployments.Unpin(b.ctx, b.project, uuid.Nil, nil)
	requireConflict(t, err, "This project is not pinned")

	resumed, err := b.deployments.Unpin(b.ctx, b.project, back.EnvironmentID, nil)
	require.NoError(t, err)
	require.Equal(t, held.ID, resumed.ID)
	b.await(t, held.ID, stateLive)
}

func TestPreview_PinOfProduction_HoldsNoPreview(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE state = 'live'")

	first := b.answers(t, "app.example.com")
	b.await(t, b.push(t, worker, commitB).ID, stateLive)
	back := b.rollback(t, *first)

	b.await(t, b.pushBranch(t, worker, "feature", commitC).ID, stateLive)
	require.Equal(t, &back.ID, b.answers(t, "app.example.com"))

	held := b.push(t, worker, commitC)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE id = $1 AND held_at IS NOT NULL", held.ID)

	// A deployment to the preview that somebody asks for unpins the preview and not production.
	byHand, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Branch: "feature", Commit: commitA, Trigger: TriggerManual})
	require.NoError(t, err)
	b.await(t, byHand.ID, stateLive)
	require.NotNil(t, b.get(t, held.ID).HeldAt)
}

func TestCreate_AnotherBranch_GoesToItsPreviewOrIsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	create := func(request CreateRequest) (database.Deployment, error) {
		request.ProjectID, request.Trigger = b.project, TriggerManual

		return b.deployments.Create(b.ctx, request)
	}

	_, err := create(CreateRequest{Branch: "other"})
	requireConflict(t, err, "production deploys branch main alone")

	asked, err := create(CreateRequest{Branch: "other", Preview: true})
	require.NoError(t, err)
	require.Equal(t, b.preview(t, "other").ID, asked.EnvironmentID)

	again, err := create(CreateRequest{Branch: "other"})
	require.NoError(t, err)
	require.Equal(t, asked.EnvironmentID, again.EnvironmentID, "the branch has one")

	_, err = create(CreateRequest{EnvironmentID: b.project, Branch: "other"})
	requireConflict(t, err, "The project deploys branch main alone")

	_, err = create(CreateRequest{EnvironmentID: id.New()})
	require.Equal(t, problem.NotFound, problem.CodeOf(err))

	other := b.addProject(t, 32<<20, 1)
	_, err = create(CreateRequest{EnvironmentID: other})
	require.Equal(t, problem.NotFound, problem.CodeOf(err), "the environment of another project")

	b.exec(t, "UPDATE projects SET previews = 'branches'")

	made, err := create(CreateRequest{Branch: "another"})
	require.NoError(t, err)
	require.Equal(t, b.preview(t, "another").ID, made.EnvironmentID)

	production, err := create(CreateRequest{Branch: "main"})
	require.NoError(t, err)
	require.Equal(t, b.project, production.EnvironmentID)
}

func TestSnapshot_VariablesOfANarrowerScope_WinOverThoseForAll(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, v := range [][3]string{
		{"SHARED", "all", "shared"}, {"URL", "all", "anywhere"}, {"URL", "production", "live"}, {"URL", "preview", "trial"},
		{"ONLY_LIVE", "production", "yes"}, {"ONLY_TRIAL", "preview", "yes"},
	} {
		b.setFor(t, v[1], v[0], v[2])
	}

	production := b.create(t)
	preview, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Branch: "x", Preview: true, Trigger: TriggerManual})
	require.NoError(t, err)

	for deployment, want := range map[*database.Deployment]map[string]string{
		&production: {"SHARED": "shared", "URL": "live", "ONLY_LIVE": "yes"},
		&preview:    {"SHARED": "shared", "URL": "trial", "ONLY_TRIAL": "yes"},
	} {
		variables, err := b.keyring.OpenEnvironment(b.ctx, b.queries, b.snapshot(deployment.ID), deployment.EnvironmentSealed)
		require.NoError(t, err)
		require.Equal(t, want, variables)
	}
}

func TestDeleteProject_EndsItsPreviews(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)

	live := b.await(t, b.pushBranch(t, worker, "feature", commitB).ID, stateLive)

	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
		return b.deployments.endProject(b.ctx, tx, b.project)
	}))
	require.Equal(t, stateRetired, b.get(t, live.ID).State)
	b.awaitRemoved(t, live.ID)
	b.hasNoPreview(t, "feature")
}

func TestPreview_BecomesTheBranchOfProduction_Ends(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.withPreviews(t, worker)
	b.pushBranch(t, worker, "trunk", commitB)

	b.exec(t, "UPDATE projects SET branch = 'trunk'")
	b.poll(t, worker)
	b.hasNoPreview(t, "trunk")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE environment_id = $1 AND branch = 'trunk' AND commit_sha = $2", b.project, commitB))
}

func TestPreview_MadeByHandBeforeItsBranchIsSeen_IsLeftAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.withPreviews(t, worker)

	_, err := b.deployments.CreatePreview(b.ctx, b.project, "soon", nil)
	require.NoError(t, err)
	b.poll(t, worker)
	b.preview(t, "soon")

	b.exec(t, "UPDATE environments SET created_at = now() - interval '1 hour' WHERE kind = 'preview'")
	b.poll(t, worker)
	b.hasNoPreview(t, "soon")
}

func TestEndPreview_OfProduction_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	requireConflict(t, b.deployments.EndPreview(b.ctx, b.project, b.project, "", nil), "Production stays")
}

func TestRescale_InstanceOfAPreviewFails_IsReplacedByOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET instances = 3")
	worker := b.work(t)

	preview, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Branch: "x", Preview: true, Trigger: TriggerManual})
	require.NoError(t, err)
	b.await(t, preview.ID, stateLive)

	b.node.leaveFailed(true)
	b.exec(t, "UPDATE vms SET state = 'failed', created_at = now() - interval '2 hours' WHERE deployment_id = $1", preview.ID)
	b.reconciling(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'healthy'", preview.ID)
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1", preview.ID))
}

func TestCollectGarbage_KeepsTheReleasesOfEachEnvironment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	preview, err := b.deployments.CreatePreview(b.ctx, b.project, "x", nil)
	require.NoError(t, err)

	for i, name := range []string{"a-preview-old", "b-preview-before", "c-preview-last", "d-preview-live"} {
		state := stateRetired
		if name == "d-preview-live" {
			state = stateLive
		}

		b.exec(t, "UPDATE deployments SET environment_id = $1 WHERE id = $2", preview.ID, b.past(t, name, state, new(i+1)))
	}

	for i, name := range []string{"e-old", "f-before", "g-last"} {
		b.past(t, name, stateRetired, new(10+i))
	}

	b.past(t, "h-live", stateLive, new(20))

	b.collect(t)
	require.Equal(t, []string{
		"sha256:b-preview-before", "sha256:c-preview-last", "sha256:d-preview-live", "sha256:f-before", "sha256:g-last", "sha256:h-live",
	}, b.images())

	// Of a preview that is deleted nothing is kept.
	require.NoError(t, b.deployments.EndPreview(b.ctx, b.project, preview.ID, "", nil))
	b.collect(t)
	require.Equal(t, []string{"sha256:f-before", "sha256:g-last", "sha256:h-live"}, b.images())
}

func TestCollectHistory_PreviewThatEndedLongAgo_GoesWithItsDeployments(t *testing.T) {
	t.Parallel()

	b := setup(t)
	old, lately := oldID(200*day), oldID(200*day)

	for preview, age := range map[uuid.UUID]string{old: "91 days", lately: "89 days"} {
		b.exec(t, `INSERT INTO environments (id, project_id, kind, slug, branch, deleted_at) VALUES ($1, $2, 'preview', 'x', 'x', now() - $3::interval)`,
			preview, b.project, age)
		b.exec(t, "UPDATE deployments SET environment_id = $1 WHERE id = $2", preview, b.history(t, 150*day, stateRetired, new(1)))
	}

	b.collectHistory(t)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE id = $1", lately))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
}
