package api

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// searched lists the slugs of the owner's projects that a search finds.
func (b *testBundle) searched(t *testing.T, token, search string) []string {
	t.Helper()

	answer, err := b.as(t, token).ListProjectsWithResponse(t.Context(), &client.ListProjectsParams{Search: &search})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return lo.Map(answer.JSON200.Items, func(p client.Project, _ int) string { return p.Slug })
}

func TestProjects_Search_FindsThoseThatHaveAllWords(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for slug, name := range map[string]string{"shop-api": "Kasse 100%", "shop-web": "The SHOP_front", "notes": "Ärger & <b>more</b>"} {
		made, err := b.owner.CreateProjectWithResponse(t.Context(), nil,
			client.CreateProjectInputBody{Name: name, Slug: &slug, RepositoryURL: "https://git.example.com/me/app.git"})
		require.NoError(t, err)
		require.NotNil(t, made.JSON201, "%s", made.Body)
	}

	for search, found := range map[string][]string{
		"":            {"notes", "shop-api", "shop-web"},
		"  ":          {"notes", "shop-api", "shop-web"},
		"shop":        {"shop-api", "shop-web"},
		"SHOP web":    {"shop-web"},
		"web  shop":   {"shop-web"},
		"kasse":       {"shop-api"},
		"ärger":       {"notes"},
		"%":           {"shop-api"},
		"_":           {"shop-web"},
		"<b>":         {"notes"},
		"shop nobody": {},
	} {
		require.ElementsMatch(t, found, b.searched(t, b.tokens.User, search), "search for %q", search)
	}

	// Somebody who is not a member of the organisation finds no project of it.
	require.Empty(t, b.searched(t, b.newWorld(t).stranger.token, "shop"))
}
