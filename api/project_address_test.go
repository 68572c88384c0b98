package api

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestProjectAddress_SaysWhatAProjectWouldGet(t *testing.T) {
	t.Parallel()

	b := setup(t)
	organisation := b.organisation(t)
	ask := func(params client.PreviewProjectAddressParams) client.ProjectAddressOutputBody {
		answer, err := b.owner.PreviewProjectAddressWithResponse(t.Context(), organisation, &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return *answer.JSON200
	}

	free := ask(client.PreviewProjectAddressParams{Name: new("My Shop!")})
	require.Equal(t, "my-shop", free.Slug)
	require.Contains(t, free.URL, "//my-shop.")
	require.Empty(t, free.Problem)

	project := b.project(t)
	require.Equal(t, project.URL, ask(client.PreviewProjectAddressParams{Slug: new(project.Slug)}).URL)
	require.Contains(t, lo.FromPtr(ask(client.PreviewProjectAddressParams{Slug: new(project.Slug)}).Problem), "already")
	require.Contains(t, lo.FromPtr(ask(client.PreviewProjectAddressParams{Slug: new("admin")}).Problem), "reserved")

	// A name whose slug is taken gets another one, as it does when the project is made.
	other := ask(client.PreviewProjectAddressParams{Name: new(project.Slug)})
	require.NotEqual(t, project.Slug, other.Slug)
	require.Empty(t, other.Problem)
}
