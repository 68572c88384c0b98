package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

func TestCheck_MakesTheRepositoryDueAndWakesWhoeverPolls(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	_, err := b.pool.Exec(t.Context(), "UPDATE projects SET polled_at = now(), poll_due_at = now() + interval '1 hour'")
	require.NoError(t, err)

	listening, err := b.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer listening.Release()

	_, err = listening.Exec(t.Context(), "LISTEN "+database.ChannelPolls)
	require.NoError(t, err)

	checked, err := b.owner.CheckProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, checked.StatusCode(), "%s", checked.Body)

	_, err = listening.Conn().WaitForNotification(t.Context())
	require.NoError(t, err)
	b.requireOne(t, "SELECT count(*) FROM projects WHERE polled_at IS NULL AND poll_due_at IS NULL")
	b.requireOne(t, "SELECT count(*) FROM audit_events WHERE action = 'project.check'")

	_, err = b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{AutoDeploy: new(false)})
	require.NoError(t, err)

	refused, err := b.owner.CheckProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "zeitwork projects set "+project.Slug+" --auto-deploy true")
}

// requireOne requires that a query counts one row.
func (b *testBundle) requireOne(t *testing.T, query string) {
	t.Helper()

	var count int

	require.NoError(t, b.pool.QueryRow(t.Context(), query).Scan(&count))
	require.Equal(t, 1, count, query)
}

func TestCheck_OfARepositoryOnGitHub_NeverAsksMoreOftenThanEveryFewSeconds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	_, err := b.pool.Exec(t.Context(), `WITH installation AS (
		INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id, polled_at, poll_due_at)
		SELECT gen_random_uuid(), 1, 1, 1, 'acme', 'user', organisation_id, now(), now() + interval '1 hour' FROM projects RETURNING id, organisation_id
	), repository AS (
		INSERT INTO github_repositories (id, organisation_id, installation_id, repository_id, node_id, full_name)
		SELECT gen_random_uuid(), organisation_id, id, 1, 'R_1', 'acme/shop' FROM installation RETURNING id
	) UPDATE projects SET github_repository_id = repository.id FROM repository`)
	require.NoError(t, err)

	for range 3 {
		checked, err := b.owner.CheckProjectWithResponse(t.Context(), project.ID)
		require.NoError(t, err)
		require.Equal(t, http.StatusAccepted, checked.StatusCode(), "%s", checked.Body)
		b.requireOne(t, "SELECT count(*) FROM github_installations WHERE poll_due_at = polled_at + interval '5 seconds'")
	}
}

func TestProject_IgnoredPaths_AreCheckedAndShown(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	set, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{IgnoredPaths: &[]string{"docs/**", "*.md", "*.md"}})
	require.NoError(t, err)
	require.NotNil(t, set.JSON200, "%s", set.Body)
	require.Equal(t, []string{"docs/**", "*.md"}, *set.JSON200.IgnoredPaths)

	for _, bad := range []string{"", "[", "docs/{a", string(make([]byte, 300))} {
		refused, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{IgnoredPaths: &[]string{bad}})
		require.NoError(t, err)
		require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode(), "%q: %s", bad, refused.Body)
	}
}
