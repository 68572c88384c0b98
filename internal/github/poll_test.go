package github

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func (b *testBundle) node(t *testing.T, repository int64) string {
	t.Helper()

	found, err := b.installation.Repository(t.Context(), repository)
	require.NoError(t, err)

	return found.NodeID
}

func TestLook_AtABatch_CostsOnePointWhateverHappened(t *testing.T) {
	t.Parallel()

	b := setup(t)
	add := func(name string) int64 {
		id := b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: name, Private: true, DefaultBranch: "trunk"})
		b.server.Push(id, "trunk", fakegithub.Commit{Message: name})

		return id
	}
	deleted, archived, emptied, renamed, lost, other := add("deleted"), add("archived"), add("emptied"), add("renamed"), add("lost"), add("other")

	looks := make([]Look, 0, 9)
	looks = append(looks, Look{NodeID: b.node(t, b.Repository), Branch: "main"})

	for _, id := range []int64{deleted, archived, emptied, renamed, lost} {
		looks = append(looks, Look{NodeID: b.node(t, id), Branch: "trunk"})
	}

	looks = append(looks, Look{NodeID: b.node(t, other)}, Look{NodeID: "nonsense", Branch: `"quoted" } { $x`}, Look{NodeID: b.node(t, other), Branch: "gone"})

	b.server.DeleteRepository(deleted)
	b.server.ArchiveRepository(archived, true)
	b.server.DeleteBranch(emptied, "trunk")
	b.server.RenameRepository(renamed, "moved")
	b.server.TransferRepository(lost, githubtest.Stranger)
	b.server.SetDefaultBranch(other, "feature/x")
	feature := b.server.Push(other, "feature/x", fakegithub.Commit{Message: "feature"})

	seen, cost, err := b.installation.Look(t.Context(), looks)
	require.NoError(t, err)
	require.Equal(t, 1, cost.Points)
	require.Len(t, seen, len(looks))

	require.Equal(t, map[string]string{"main": b.Commit}, seen[0].Branches)
	require.Equal(t, "main", seen[0].DefaultBranch)
	require.False(t, seen[0].IsGone)
	require.True(t, seen[1].IsGone, "deleted")
	require.True(t, seen[2].IsArchived)
	require.Equal(t, b.server.Head(archived, "trunk"), seen[2].Branches["trunk"])
	require.True(t, seen[3].IsEmpty)
	require.Empty(t, seen[3].Branches)
	require.False(t, seen[3].IsGone)
	require.Equal(t, "acme/moved", seen[4].FullName)
	require.True(t, seen[5].IsGone, "transferred away")
	require.Equal(t, map[string]string{"trunk": b.server.Head(other, "trunk"), "feature/x": feature}, seen[6].Branches)
	require.Equal(t, "feature/x", seen[6].DefaultBranch)
	require.True(t, seen[7].IsGone, "no id at all")
	require.Empty(t, seen[8].Branches, "a branch that is not there")
	require.False(t, seen[8].IsGone)

	for n, look := range looks {
		require.Equal(t, look.NodeID, seen[n].NodeID)
		require.Empty(t, seen[n].Trouble)
	}
}

func TestLook_AnsweredInPart_IsTroubleInsteadOfNoBranches(t *testing.T) {
	t.Parallel()

	b := setup(t)
	faulty := func(answer string) Seen {
		b.server.AddFault(fakegithub.Fault{Path: "/api/graphql", Times: 1, Strike: func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, err := io.WriteString(w, `{"data": {"p0": [`+answer+`], "rateLimit": {"cost": 1}}, "errors": [{"message": "Something went wrong"}]}`)

			return err == nil
		}})

		seen, _, err := b.installation.Look(t.Context(), []Look{{NodeID: "R_1"}})
		require.NoError(t, err)

		return seen[0]
	}

	require.Equal(t, saidNothing, faulty("null").Trouble)
	require.Equal(t, saidNothing, faulty(`{"id": "R_1", "nameWithOwner": "acme/shop", "refs": null}`).Trouble)
	require.Empty(t, faulty(`{"id": "R_1", "nameWithOwner": "acme/shop", "isEmpty": true, "refs": null}`).Trouble)
}

func TestLook_AtFiftyRepositoriesWithAllBranches_CostsOnePoint(t *testing.T) {
	t.Parallel()

	b := setup(t)
	looks := make([]Look, 0, BatchSize)

	for n := range BatchSize {
		id := b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: fmt.Sprintf("r%d", n)})
		b.server.Push(id, "main", fakegithub.Commit{})
		looks = append(looks, Look{NodeID: b.node(t, id)})
	}

	seen, cost, err := b.installation.Look(t.Context(), looks)
	require.NoError(t, err)
	require.Len(t, seen, BatchSize)
	require.Equal(t, 1, cost.Points)

	_, _, err = b.installation.Look(t.Context(), append(looks, looks[0]))
	require.ErrorContains(t, err, "50 repositories at most")
}

func TestPolling_OfManyRepositories_TakesOneTokenForAll(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for n := range 20 {
		id := b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: fmt.Sprintf("r%d", n), Private: true})
		_, err := b.installation.Head(t.Context(), id, "main", "")
		require.NoError(t, err)
		_, err = b.installation.RecentPulls(t.Context(), id, "")
		require.NoError(t, err)
	}

	require.Equal(t, 2, b.server.Usage()[fmt.Sprintf("app %d", b.App.ID)].Requests, "one to read commits, and one to read pull requests")
}

func TestLook_WithoutThePermission_SaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	look := Look{NodeID: b.node(t, b.Repository), Branch: "main"}
	_, _, err := b.installation.Look(t.Context(), []Look{look})
	require.NoError(t, err)

	b.server.SetPermissions(b.Installation, map[string]string{"metadata": "read"})
	b.installation.Forget()
	_, _, err = b.installation.Look(t.Context(), []Look{look})
	require.Equal(t, Forbidden, ReasonOf(err))
}

func TestRecentlyPushed_IsInTheOrderOfPushes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	other := b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "other"})
	b.push("main", "later")

	pushed, cost, err := b.installation.RecentlyPushed(t.Context(), githubtest.Organization, 10)
	require.NoError(t, err)
	require.Equal(t, 1, cost.Points)
	require.Len(t, pushed, 2)
	require.Equal(t, b.node(t, b.Repository), pushed[0].NodeID)
	require.Equal(t, b.node(t, other), pushed[1].NodeID)

	b.server.Clock.Advance(1)
	b.server.DeleteBranch(b.Repository, "nothing")
	b.server.Push(other, "main", fakegithub.Commit{})
	pushed, _, err = b.installation.RecentlyPushed(t.Context(), githubtest.Organization, 1)
	require.NoError(t, err)
	require.Len(t, pushed, 1)

	_, _, err = b.installation.RecentlyPushed(t.Context(), "nobody", 1)
	require.Equal(t, NotFound, ReasonOf(err))
}
