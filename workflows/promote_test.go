package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// setFor stores an environment variable for one scope.
func (b *testBundle) setFor(t *testing.T, scope, name, value string) {
	t.Helper()

	variable := keyring.Variable{OrganisationID: b.organisation, ProjectID: b.project, Scope: scope, Name: name}
	sealed, err := b.keyring.SealVariable(b.ctx, b.queries, variable, value)
	require.NoError(t, err)

	b.exec(t, "INSERT INTO environment_variables (id, project_id, name, scope, value_sealed) VALUES ($1, $2, $3, $4, $5)",
		id.New(), b.project, name, scope, sealed)
}

// livePreview deploys commitB of the branch feature to its preview and waits until it is live.
func (b *testBundle) livePreview(t *testing.T) database.Deployment {
	t.Helper()

	deployment, err := b.deployments.Create(b.ctx, CreateRequest{
		ProjectID: b.project, Branch: "feature", Preview: true, Commit: commitB, Trigger: TriggerManual,
	})
	require.NoError(t, err)

	return b.await(t, deployment.ID, stateLive)
}

func TestPromote_TakesThePreviewsImageToProductionWithProductionsVariables(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setFor(t, "preview", "DATABASE_URL", "trial")
	b.setFor(t, "production", "DATABASE_URL", "live")
	b.setFor(t, "all", "NEXT_PUBLIC_NAME", "shop")
	b.work(t)

	before := b.await(t, b.create(t).ID, stateLive)
	preview := b.livePreview(t)
	builds := b.activities.builds

	promoted, err := b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: preview.ID})
	require.NoError(t, err)
	require.Equal(t, "promote", promoted.Trigger)
	require.Equal(t, b.project, promoted.EnvironmentID)

	live := b.await(t, promoted.ID, stateLive)
	require.Equal(t, []string{"schedule 1 succeeded", "health_check 1 succeeded", "flip_route 1 succeeded"}, b.steps(t, live.ID))
	require.Equal(t, preview.ImageID, live.ImageID)
	require.Equal(t, commitB, *live.CommitSHA)
	require.Equal(t, builds, b.activities.builds, "nothing is built")

	variables, err := b.keyring.OpenEnvironment(b.ctx, b.queries, b.snapshot(live.ID), live.EnvironmentSealed)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"DATABASE_URL": "live", "NEXT_PUBLIC_NAME": "shop"}, variables)

	require.Equal(t, &live.ID, b.answers(t, "app.example.com"))
	require.Equal(t, &preview.ID, b.answers(t, "app-feature.example.com"), "the preview stays")
	require.Equal(t, stateLive, b.get(t, preview.ID).State)

	// It is a deployment of production like any other.
	b.await(t, before.ID, stateRetired)
	b.rollback(t, before.ID)
	b.rollback(t, promoted.ID)
}

func TestPromote_RunsTheReleaseCommandAndUnpins(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.work(t)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	b.rollback(t, first.ID)

	promoted, err := b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: b.livePreview(t).ID})
	require.NoError(t, err)
	b.await(t, promoted.ID, stateLive)
	require.Equal(t, "release 1 succeeded", b.steps(t, promoted.ID)[0])
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE pinned_by_id IS NOT NULL"))
}

func TestPromote_BuildSawOtherValues_SaysWhichAndWhatToDo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE projects SET build_variables = '{LICENSE}'")
	b.setFor(t, "preview", "LICENSE", "trial")
	b.setFor(t, "production", "LICENSE", "live")
	b.setFor(t, "production", "VITE_API", "https://api.example.com") // The preview has none.
	b.setFor(t, "all", "VITE_SAME", "same")
	b.setFor(t, "preview", "ONLY_AT_RUN_TIME", "trial")
	b.work(t)

	preview := b.livePreview(t)
	_, err := b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: preview.ID})
	requireConflict(t, err, "its build saw other values than production has of LICENSE, VITE_API. Deploy the commit to production instead")
	require.Contains(t, problem.MessageOf(err), "zeitwork deploy --commit "+commitB)
	require.NotContains(t, problem.MessageOf(err), "trial")

	// What it says to do works.
	_, err = b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Commit: commitB, Trigger: TriggerManual})
	require.NoError(t, err)
}

func TestPromote_WhatCannotBeTakenOver_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	production := b.await(t, b.create(t).ID, stateLive)
	_, err := b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: production.ID})
	requireConflict(t, err, "is production's already")

	_, err = b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: id.New()})
	require.Equal(t, problem.NotFound, problem.CodeOf(err))

	preview := b.livePreview(t)
	b.exec(t, "UPDATE images SET collected_at = now()")
	_, err = b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: preview.ID})
	requireConflict(t, err, "is not kept any more")

	b.exec(t, "UPDATE images SET collected_at = NULL")
	b.exec(t, "UPDATE deployments SET route_version = NULL WHERE id = $1", preview.ID)
	_, err = b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: preview.ID})
	requireConflict(t, err, "never live in its preview")
}
