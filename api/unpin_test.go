package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/workflows"
)

// rolledBack makes a project that went back to a deployment that had been live before, and returns both.
func (b *testBundle) rolledBack(t *testing.T) (client.Project, client.Deployment) {
	t.Helper()

	project, image := b.project(t), id.New()
	origin := b.deployment(t, project.ID)

	_, err := b.pool.Exec(t.Context(), "INSERT INTO images (id, project_id, repository, digest, size_bytes) VALUES ($1, $2, 'r', 'sha256:0', 1)",
		image, project.ID)
	require.NoError(t, err)

	_, err = b.pool.Exec(t.Context(), "UPDATE deployments SET state = 'retired', route_version = 1, image_id = $2 WHERE id = $1", origin.ID, image)
	require.NoError(t, err)

	answer, err := b.owner.RollbackWithResponse(t.Context(), origin.ID, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	_, err = b.pool.Exec(t.Context(), "UPDATE deployments SET state = 'live' WHERE id = $1", answer.JSON201.ID)
	require.NoError(t, err)

	return project, *answer.JSON201
}

// heldPush makes a deployment of a push that waits for the project to be unpinned.
func (b *testBundle) heldPush(t *testing.T, project uuid.UUID) uuid.UUID {
	t.Helper()

	push, err := b.server.service.deployments.Create(t.Context(), workflows.CreateRequest{ProjectID: project, Trigger: workflows.TriggerPush})
	require.NoError(t, err)

	_, err = b.pool.Exec(t.Context(), "UPDATE deployments SET state = 'deploying', step = 'schedule' WHERE id = $1", push.ID)
	require.NoError(t, err)
	require.NoError(t, b.queries.HoldDeployment(t.Context(), push.ID))

	return push.ID
}

func TestUnpin_AfterARollback_LetsThePushThatWaitsGoOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, rollback := b.rolledBack(t)
	push := b.heldPush(t, project.ID)

	pinned, err := b.owner.GetProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, &rollback.ID, pinned.JSON200.PinnedBy)
	require.Equal(t, &push, pinned.JSON200.HeldDeploymentID)

	listed, err := b.owner.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []client.Project{*pinned.JSON200}, listed.JSON200.Items)

	held, err := b.owner.GetDeploymentWithResponse(t.Context(), push)
	require.NoError(t, err)
	require.NotNil(t, held.JSON200.HeldAt)

	unpinned, err := b.owner.UnpinProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.NotNil(t, unpinned.JSON200, "%s", unpinned.Body)
	require.Equal(t, &push, unpinned.JSON200.ResumedDeploymentID)

	after, err := b.owner.GetProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Nil(t, after.JSON200.PinnedBy)
	require.Nil(t, after.JSON200.HeldDeploymentID)

	goesOn, err := b.owner.GetDeploymentWithResponse(t.Context(), push)
	require.NoError(t, err)
	require.Nil(t, goesOn.JSON200.HeldAt)

	audited, err := b.owner.ListAuditEventsWithResponse(t.Context(), project.OrganisationID, nil)
	require.NoError(t, err)
	require.EqualValues(t, "project.unpin", audited.JSON200.Items[0].Action)
	require.Equal(t, project.ID, audited.JSON200.Items[0].SubjectID)
	require.Equal(t, map[string]any{"resumed_deployment_id": push.String()}, audited.JSON200.Items[0].Details)
}

func TestUnpin_WithNoPushWaiting_ResumesNone_AndASecondOneIsAConflict(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, _ := b.rolledBack(t)

	unpinned, err := b.owner.UnpinProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.NotNil(t, unpinned.JSON200, "%s", unpinned.Body)
	require.Nil(t, unpinned.JSON200.ResumedDeploymentID)

	again, err := b.owner.UnpinProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, again.StatusCode())
	require.Contains(t, string(again.Body), "This project is not pinned")

	audited, err := b.owner.ListAuditEventsWithResponse(t.Context(), project.OrganisationID, nil)
	require.NoError(t, err)
	require.EqualValues(t, "project.unpin", audited.JSON200.Items[0].Action)
	require.NotEqual(t, "project.unpin", audited.JSON200.Items[1].Action, "a conflict is no change")
}
