package github

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestList_SearchesAcrossInstallations(t *testing.T) {
	t.Parallel()

	b := setup(t)
	for n := range 230 {
		b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: fmt.Sprintf("service-%d", n), Private: n%2 == 0})
	}

	hers := b.server.Install(b.App.ID, githubtest.Stranger)
	shop := b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Stranger, Name: "Coffee-Shop", Private: true, Description: "Sells beans"})
	b.push("main", "the latest push of all")

	listing := b.app.List(t.Context(), []int64{b.Installation, hers}, "")
	require.Empty(t, listing.Failed)
	require.Len(t, listing.Repositories, 232)
	require.Equal(t, b.Repository, listing.Repositories[0].ID)

	listing = b.app.List(t.Context(), []int64{b.Installation, hers}, "SHOP")
	require.Len(t, listing.Repositories, 2)
	require.Equal(t, b.Installation, listing.Repositories[0].Installation)
	require.Equal(t, shop, listing.Repositories[1].ID)
	require.Equal(t, hers, listing.Repositories[1].Installation)

	require.Len(t, b.app.List(t.Context(), []int64{b.Installation, hers}, "eve beans").Repositories, 1)

	b.server.Suspend(hers)
	listing = b.app.List(t.Context(), []int64{b.Installation, hers}, "shop")
	require.Len(t, listing.Repositories, 1)
	require.Equal(t, Suspended, ReasonOf(listing.Failed[hers]))
}

func TestRepositories_OfAnInstallation_AreThoseThatWereChosen(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "other"})
	b.server.ChooseRepositories(b.Installation, b.Repository)

	repositories, err := b.installation.Repositories(t.Context())
	require.NoError(t, err)
	require.Len(t, repositories, 1)
	require.Equal(t, "acme/shop", repositories[0].FullName)
	require.True(t, repositories[0].IsPrivate)
}
