package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// named makes a project of the owner's organisation with that slug.
func (b *testBundle) named(t *testing.T, slug string) client.Project {
	t.Helper()

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: slug, Slug: &slug, RepositoryURL: "https://git.example.com/me/app.git",
	})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return *made.JSON201
}

func (b *testBundle) deleteNamed(t *testing.T, project uuid.UUID) {
	t.Helper()

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), project, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)
}

func (b *testBundle) deletedProjects(t *testing.T, api *client.ClientWithResponses) []client.DeletedProject {
	t.Helper()

	deleted, err := api.ListDeletedProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, deleted.JSON200, "%s", deleted.Body)

	return deleted.JSON200.Items
}

func (b *testBundle) restored(t *testing.T, project uuid.UUID, body client.RestoreProjectInputBody) *client.RestoreProjectResponse {
	t.Helper()

	answer, err := b.owner.RestoreProjectWithResponse(t.Context(), project, body)
	require.NoError(t, err)

	return answer
}

func TestDeletedProject_UntilItsTimeIsOver_ComesBackAsItWas(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.config.ProjectUndo = time.Hour
	project := b.named(t, "shop")
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "GREETING", "hello").StatusCode)

	going, err := b.owner.GetProjectDeletionWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.EqualValues(t, 3600, going.JSON200.UndoSeconds)

	b.deleteNamed(t, project.ID)

	gone, err := b.owner.GetProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, gone.StatusCode())

	left, err := b.owner.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, left.JSON200.Items)

	kept := b.deletedProjects(t, b.owner)
	require.Len(t, kept, 1)
	require.Equal(t, "shop", kept[0].Slug)
	require.False(t, kept[0].SlugTaken)
	require.WithinDuration(t, kept[0].DeletedAt.Add(time.Hour), kept[0].KeptUntil, 0)
	require.Empty(t, b.deletedProjects(t, b.stranger))

	restored := b.restored(t, project.ID, client.RestoreProjectInputBody{})
	require.NotNil(t, restored.JSON200, "%s", restored.Body)
	require.Equal(t, project.URL, restored.JSON200.Project.URL)
	require.True(t, *restored.JSON200.Project.AutoDeploy)
	require.Empty(t, restored.JSON200.Deployments, "nothing was live")
	require.Empty(t, restored.JSON200.LostDomains)
	require.Empty(t, b.deletedProjects(t, b.owner))
	require.Equal(t, http.StatusNotFound, b.restored(t, project.ID, client.RestoreProjectInputBody{}).StatusCode(), "it is not deleted any more")

	variables, err := b.owner.ListEnvironmentVariablesWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Equal(t, "GREETING", variables.JSON200.Items[0].Name)

	// The API does not list a project whose time to be restored has passed, although no worker has deleted it for good yet.
	b.deleteNamed(t, project.ID)
	b.exec(t, "UPDATE projects SET kept_until = now()")
	require.Empty(t, b.deletedProjects(t, b.owner))
	require.Equal(t, http.StatusNotFound, b.restored(t, project.ID, client.RestoreProjectInputBody{}).StatusCode())
}

func TestDeletedProject_WhoseSlugIsTaken_ComesBackUnderAnother(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.config.ProjectUndo = time.Hour
	project := b.named(t, "shop")
	b.deleteNamed(t, project.ID)

	// Another organisation does not get the hostname meanwhile; the same organisation may.
	slug := "shop"
	refused, err := b.stranger.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: slug, Slug: &slug, RepositoryURL: "https://git.example.com/me/app.git",
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())

	b.named(t, "shop")
	require.True(t, b.deletedProjects(t, b.owner)[0].SlugTaken)

	taken := b.restored(t, project.ID, client.RestoreProjectInputBody{})
	require.Equal(t, http.StatusConflict, taken.StatusCode())
	require.Contains(t, string(taken.Body), "zeitwork projects restore shop --slug NEW")

	reserved := b.restored(t, project.ID, client.RestoreProjectInputBody{Slug: new("www")})
	require.Equal(t, http.StatusUnprocessableEntity, reserved.StatusCode(), "%s", reserved.Body)

	restored := b.restored(t, project.ID, client.RestoreProjectInputBody{Slug: new("old-shop")})
	require.NotNil(t, restored.JSON200, "%s", restored.Body)
	require.Equal(t, "http://old-shop.apps.example.com:8080", restored.JSON200.Project.URL)

	events, err := b.owner.ListAuditEventsWithResponse(t.Context(), project.OrganisationID, nil)
	require.NoError(t, err)
	require.Equal(t, "project.restore", string(events.JSON200.Items[0].Action))
	require.Equal(t, map[string]any{"slug": "old-shop", "slug_before": "shop"}, events.JSON200.Items[0].Details)
}

func TestDeletedProject_CountsNothingAndNeedsRoomToComeBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.config.ProjectUndo = time.Hour
	b.allow(t, database.SetQuotasParams{Projects: new(int32(1))})

	project := b.named(t, "shop")
	b.deleteNamed(t, project.ID)
	other := b.named(t, "other")

	full := b.restored(t, project.ID, client.RestoreProjectInputBody{})
	require.Equal(t, http.StatusConflict, full.StatusCode())
	require.Contains(t, string(full.Body), "Your organisation has 1 projects and may have 1.")

	b.deleteNamed(t, other.ID)
	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind, kept_since) VALUES (gen_random_uuid(), $1, 'shop.example.org', 'custom', now())", project.ID)
	b.allow(t, database.SetQuotasParams{Projects: new(int32(1)), Domains: new(int32(0))})

	full = b.restored(t, project.ID, client.RestoreProjectInputBody{})
	require.Equal(t, http.StatusConflict, full.StatusCode())
	require.Contains(t, string(full.Body), "Your organisation has 0 custom domains and may have 0, and 1 more would come back with the project.")

	b.allow(t, database.SetQuotasParams{Projects: new(int32(1)), Domains: new(int32(1))})
	require.Equal(t, http.StatusOK, b.restored(t, project.ID, client.RestoreProjectInputBody{}).StatusCode())
}

func TestDeletedProject_ForGood_LeavesNothingToRestore(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.config.ProjectUndo = time.Hour

	kept, gone := b.named(t, "kept"), b.named(t, "gone")
	b.deleteNamed(t, kept.ID)

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), gone.ID, &client.DeleteProjectParams{ForGood: new(true)})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	require.Equal(t, []string{"kept"}, lo.Map(b.deletedProjects(t, b.owner), func(p client.DeletedProject, _ int) string { return p.Slug }))

	purged, err := b.owner.PurgeProjectWithResponse(t.Context(), kept.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, purged.StatusCode(), "%s", purged.Body)
	require.Empty(t, b.deletedProjects(t, b.owner))

	var domains int
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM domains").Scan(&domains))
	require.Zero(t, domains)

	events, err := b.owner.ListAuditEventsWithResponse(t.Context(), kept.OrganisationID, nil)
	require.NoError(t, err)
	require.Equal(t, "project.purge", string(events.JSON200.Items[0].Action))
	require.Equal(t, map[string]any{"slug": "gone", "for_good": true}, events.JSON200.Items[1].Details)
}

func TestDeletedProject_OfAnOrganisationThatIsDeleted_GoesForGood(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	w.deletedProject(t, w.id("organisation_id"), "another-"+random())
	owner := b.as(t, w.owner.token)

	ended, err := owner.DeleteProjectWithResponse(t.Context(), w.id("project_id"), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, ended.StatusCode())

	deleted, err := owner.DeleteOrganisationWithResponse(t.Context(), w.id("organisation_id"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)

	var kept int
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM projects WHERE kept_until IS NOT NULL").Scan(&kept))
	require.Zero(t, kept)
}
