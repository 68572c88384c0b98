package workflows

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// deleteProject deletes the project in a way that can be undone for an hour.
func (b *testBundle) deleteProject(t *testing.T) {
	t.Helper()

	require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, queries *database.Queries) error {
		project, err := lockProject(b.ctx, queries, b.project)
		require.NoError(t, err)

		return b.deployments.DeleteProject(b.ctx, tx, project, time.Hour)
	}))
}

func (b *testBundle) restoreProject(slug string) (restored Restoration, err error) {
	err = database.InTx(b.ctx, b.pool, func(tx pgx.Tx, queries *database.Queries) error {
		deleted, err := queries.LockKeptProjectOf(b.ctx, b.project, b.organisation)
		if err != nil {
			return err
		}

		restored, err = b.deployments.RestoreProject(b.ctx, tx, deleted, slug, nil)

		return err
	})

	return restored, err
}

// restore restores the project under its slug, and waits until what was live is live again.
func (b *testBundle) restore(t *testing.T) Restoration {
	t.Helper()

	restored, err := b.restoreProject("app")
	require.NoError(t, err)

	for _, deployment := range restored.Deployments {
		b.await(t, deployment.ID, stateLive)
	}

	return restored
}

// hostnames are those that edges are told of.
func (b *testBundle) hostnames(t *testing.T) map[string]bool {
	t.Helper()

	rows, err := b.queries.ListRoutes(b.ctx)
	require.NoError(t, err)

	known := map[string]bool{}
	for _, row := range rows {
		known[row.Hostname] = true
	}

	return known
}

// otherProject makes another project of the organisation, with a domain.
func (b *testBundle) rivalProject(t *testing.T, slug, hostname, kind string) {
	t.Helper()

	project := id.New()
	b.exec(t, "INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy) VALUES ($1, $2, $3, $3, 'https://git.example.com/b.git', false)",
		project, b.organisation, slug)
	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind, verified_at) VALUES ($1, $2, $3, $4, now())", id.New(), project, hostname, kind)
}

func TestDeleteProject_WhileItCanBeUndone_NothingRunsAndItsImagesStay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	worker.config.KeepReleases = 0
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	live := b.await(t, b.push(t, worker, commitA).ID, stateLive)
	version, err := b.queries.CurrentRouteVersion(b.ctx)
	require.NoError(t, err)

	b.deleteProject(t)
	b.awaitRemoved(t, live.ID)
	require.Empty(t, b.hostnames(t))

	rows, err := b.queries.ListRouteChanges(b.ctx, version)
	require.NoError(t, err)

	changed := lo.Map(rows, func(row database.RouteChange, _ int) string { return row.Hostname })

	require.Contains(t, changed, "app.example.com", "edges are told that the hostname is gone")
	require.Contains(t, changed, b.ownHostname(t, live.ID))

	// Neither a push nor reconcile nor garbage collection sees it.
	b.head(commitB)
	b.poll(t, worker)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.NoError(t, worker.collectGarbage(b.ctx, nil))
	require.NoError(t, worker.collectImages(b.ctx, b.project, 0, &collected{}), "a pass that began before the deletion")
	b.awaitCount(t, 0, "SELECT count(*) FROM unfinished_jobs WHERE deployment_id IS NOT NULL")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM images WHERE collected_at IS NULL AND repository <> ''"))

	_, err = b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Trigger: TriggerManual})
	require.ErrorContains(t, err, "There is no such project.")
}

func TestRestoreProject_WhatWasLive_ServesAgainWithoutABuild(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE state = 'live'")

	first := *b.answers(t, "app.example.com")
	second := b.await(t, b.push(t, worker, commitB).ID, stateLive)
	pinned := b.rollback(t, first)
	preview := b.await(t, b.pushBranch(t, worker, "feature", commitC).ID, stateLive)
	ends := b.preview(t, "feature").ExpiresAt

	b.deleteProject(t)
	b.awaitRemoved(t, pinned.ID)
	b.exec(t, "UPDATE environments SET deleted_at = deleted_at - interval '10 minutes' WHERE deleted_at IS NOT NULL")
	b.exec(t, "UPDATE projects SET deleted_at = deleted_at - interval '10 minutes'")

	restored := b.restore(t)
	require.Len(t, restored.Deployments, 2)
	require.Empty(t, restored.LostDomains)

	production := b.get(t, restored.Deployments[0].ID)
	require.Equal(t, string(TriggerRestore), production.Trigger)
	require.Equal(t, pinned.ImageDigest, production.ImageDigest)
	require.Equal(t, &first, production.OriginID, "it has the variables of the deployment that the rollback went back to")
	require.Equal(t, []string{"schedule 1 succeeded", "health_check 1 succeeded", "flip_route 1 succeeded"}, b.steps(t, production.ID))
	_, vms := b.route(t, "app.example.com")
	require.Equal(t, 1, vms)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pinned_by_id = $1 AND auto_deploy AND deleted_at IS NULL", production.ID))

	require.Equal(t, preview.EnvironmentID, restored.Deployments[1].EnvironmentID)
	require.Equal(t, &restored.Deployments[1].ID, b.answers(t, "app-feature.example.com"))
	require.WithinDuration(t, ends.Add(10*time.Minute), *b.preview(t, "feature").ExpiresAt, time.Minute, "the preview has the time left that it had")

	// One can go back to what was live before, as ever, and the old deployments have their own hostnames.
	retired, _ := b.route(t, b.ownHostname(t, second.ID))
	require.True(t, retired)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.NoError(t, worker.collectGarbage(b.ctx, nil))
	require.Equal(t, second.ImageID, b.rollback(t, second.ID).ImageID)
}

func TestRestoreProject_PushMeanwhile_DoesNotEndWhatBringsItBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.await(t, b.push(t, worker, commitA).ID, stateLive)
	b.exec(t, "UPDATE environments SET asleep_since = now()")
	b.deleteProject(t)
	b.node.freeze(true)

	restored, err := b.restoreProject("app")
	require.NoError(t, err)
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE asleep_since IS NOT NULL"), "no request waits for it to wake")

	pushed := b.push(t, worker, commitB)
	b.node.freeze(false)
	b.await(t, pushed.ID, stateLive)
	require.NotEqual(t, stateSuperseded, b.get(t, restored.Deployments[0].ID).State)
}

func TestRestoreProject_SlugIsTaken_NeedsAnotherSlugAndGetsOtherHostnames(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.withPreviews(t, worker)
	b.await(t, b.pushBranch(t, worker, "feature", commitB).ID, stateLive)
	b.awaitCount(t, 2, "SELECT count(*) FROM deployments WHERE state = 'live'")
	b.deleteProject(t)

	b.rivalProject(t, "app", "app.example.com", "generated")

	_, err := b.restoreProject("app")
	requireConflict(t, err, "zeitwork projects restore app --slug NEW")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE kept_until IS NOT NULL"), "nothing has changed")

	b.rivalProject(t, "other", "other.example.com", "generated")

	_, err = b.restoreProject("other")
	requireConflict(t, err, `The slug "other" belongs to another project by now. Restore this one under another slug: zeitwork projects restore app --slug NEW.`)

	restored, err := b.restoreProject("old-app")
	require.NoError(t, err)
	require.Equal(t, "old-app", restored.Project.Slug)
	b.await(t, restored.Deployments[0].ID, stateLive)
	b.await(t, restored.Deployments[1].ID, stateLive)
	require.Equal(t, &restored.Deployments[0].ID, b.answers(t, "old-app.example.com"))
	require.Equal(t, &restored.Deployments[1].ID, b.answers(t, "old-app-feature.example.com"))
	require.Nil(t, b.answers(t, "app.example.com"))
}

func TestRestoreProject_DomainThatAnotherHasProven_IsAClaimAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "live", stateLive, new(1))

	for _, hostname := range []string{"lost.example.org", "kept.example.org"} {
		b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind, verified_at, verification_token) VALUES ($1, $2, $3, 'custom', now(), 'old')",
			id.New(), b.project, hostname)
	}

	b.deleteProject(t)

	due, err := b.queries.ListDueDomains(b.ctx, 10)
	require.NoError(t, err)
	require.Empty(t, due, "the DNS is not asked about what is kept")

	b.rivalProject(t, "other", "lost.example.org", "custom")

	restored, err := b.restoreProject("app")
	require.NoError(t, err)
	require.Equal(t, []string{"lost.example.org"}, restored.LostDomains)
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM domains
		WHERE project_id = $1 AND hostname = 'lost.example.org' AND verified_at IS NULL AND verification_token <> 'old' AND check_message = $2`, b.project, lostToAnother))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE project_id = $1 AND hostname = 'kept.example.org' AND verified_at IS NOT NULL", b.project))

	due, err = b.queries.ListDueDomains(b.ctx, 10)
	require.NoError(t, err)
	require.Len(t, due, 2+1, "the DNS is asked whether they still are the project's")
}

func TestRestoreProject_ImageThatIsNotKept_IsBuiltAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	live := b.await(t, b.create(t).ID, stateLive)
	b.deleteProject(t)
	b.exec(t, "UPDATE images SET collected_at = now()")

	restored := b.restore(t)
	require.Equal(t, string(TriggerRedeploy), restored.Deployments[0].Trigger)
	require.Equal(t, live.CommitSHA, restored.Deployments[0].CommitSHA)
	require.Contains(t, b.steps(t, restored.Deployments[0].ID), "build 1 succeeded")
	require.NoError(t, worker.reconcile(b.ctx, nil))
}

func TestDeletedProject_TimeIsOver_IsGoneForGood(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.past(t, "old", stateRetired, new(1))
	b.past(t, "live", stateLive, new(2))
	b.exec(t, "INSERT INTO repository_credentials (project_id, kind) VALUES ($1, 'deploy_key')", b.project)
	b.exec(t, "UPDATE environments SET pinned_by_id = (SELECT id FROM deployments WHERE state = 'live')")

	deployments := b.count(t, "SELECT count(*) FROM deployments")
	collect := func() {
		worker := b.collector(t)
		worker.config.KeepReleases, worker.config.DeploymentRetention, worker.config.LogRetention = 0, 0, 0
		require.NoError(t, worker.collectGarbage(b.ctx, nil))
	}

	b.deleteProject(t)
	collect()
	require.Equal(t, []string{"sha256:live", "sha256:old"}, b.images())
	require.Equal(t, deployments, b.count(t, "SELECT count(*) FROM deployments"), "history stays as well")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM repository_credentials"))

	b.exec(t, "UPDATE projects SET kept_until = now() - interval '1 second'")

	_, err := b.restoreProject("app")
	require.ErrorIs(t, err, pgx.ErrNoRows)

	collect()
	require.Empty(t, b.images())
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'project.purge' AND actor_kind = 'platform' AND details ->> 'slug' = 'app'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM released_hostnames WHERE hostname = 'app.example.com'"), "others do not get the hostname for a while")

	// The rows go as those of any deleted project: by their age.
	b.ageProject(t)
	collect()

	for _, table := range []string{"projects", "environments", "deployments", "images", "domains", "vms", "environment_variables", "repository_credentials", "secrets"} {
		require.Zero(t, b.count(t, "SELECT count(*) FROM "+table), table)
	}
}

// ageProject has garbage collection take all that is left of the project for old.
func (b *testBundle) ageProject(t *testing.T) {
	t.Helper()

	b.exec(t, "UPDATE deployments SET ended_at = now() - interval '1 day', retired_at = now() - interval '1 day', warm_until = NULL")
	b.exec(t, "UPDATE images SET collected_at = now() - interval '1 day'")
	b.exec(t, "UPDATE projects SET deleted_at = now() - interval '1 day'")
}
