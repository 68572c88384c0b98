package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestUpdateProject_Name_LeavesItsAddresses(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	renamed, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Name: new("Another name")})
	require.NoError(t, err)
	require.NotNil(t, renamed.JSON200, "%s", renamed.Body)
	require.Equal(t, "Another name", renamed.JSON200.Name)
	require.Equal(t, project.Slug, renamed.JSON200.Slug)
	require.Equal(t, project.URL, renamed.JSON200.URL)

	for _, name := range []string{"", "two\nlines"} {
		refused, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Name: &name})
		require.NoError(t, err)
		require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode(), "%q", name)
	}
}
