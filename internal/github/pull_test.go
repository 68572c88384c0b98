package github

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestPulls_TellForksFromBranches(t *testing.T) {
	t.Parallel()

	b := setup(t)
	head := b.push("feature", "x")
	own := b.server.OpenPull(b.Repository, fakegithub.Pull{Head: "feature", Title: "<b>$(reboot)</b>", User: githubtest.Developer})
	b.server.SetPrivate(b.Repository, false)
	fork := b.server.Fork(b.Repository, githubtest.Stranger)
	b.server.Push(fork, "main", fakegithub.Commit{Message: "theirs"})
	foreign := b.server.OpenPull(b.Repository, fakegithub.Pull{Head: "main", HeadRepository: fork})

	pulls, err := b.installation.Pulls(t.Context(), b.Repository)
	require.NoError(t, err)
	require.Len(t, pulls, 2)

	require.Equal(t, foreign, pulls[0].Number)
	require.True(t, pulls[0].IsFork)
	require.Equal(t, fork, pulls[0].HeadRepository)
	require.Equal(t, githubtest.Stranger, pulls[0].Author.Login)

	require.Equal(t, own, pulls[1].Number)
	require.False(t, pulls[1].IsFork)
	require.Equal(t, head, pulls[1].HeadCommit)
	require.Equal(t, "<b>$(reboot)</b>", pulls[1].Title)
	require.Equal(t, "main", pulls[1].Base)

	later := b.push("feature", "y")
	pull, err := b.installation.Pull(t.Context(), b.Repository, own)
	require.NoError(t, err)
	require.Equal(t, later, pull.HeadCommit)

	merged := b.server.MergePull(b.Repository, own)
	require.Equal(t, merged, b.server.Head(b.Repository, "main"))
	b.server.DeleteRepository(fork)
	b.server.ClosePull(b.Repository, foreign)

	pull, err = b.installation.Pull(t.Context(), b.Repository, own)
	require.NoError(t, err)
	require.True(t, pull.IsMerged)
	require.False(t, pull.IsOpen)

	pull, err = b.installation.Pull(t.Context(), b.Repository, foreign)
	require.NoError(t, err)
	require.False(t, pull.IsMerged)
	require.Zero(t, pull.HeadRepository)
	require.True(t, pull.IsFork)

	pulls, err = b.installation.Pulls(t.Context(), b.Repository)
	require.NoError(t, err)
	require.Empty(t, pulls)

	b.server.ReopenPull(b.Repository, foreign)
	pulls, err = b.installation.Pulls(t.Context(), b.Repository)
	require.NoError(t, err)
	require.Len(t, pulls, 1)
	require.True(t, pulls[0].IsOpen)
}

func TestRecentPulls_ThatHaveNotChanged_CostNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.push("first", "x")
	b.push("second", "x")
	first := b.server.OpenPull(b.Repository, fakegithub.Pull{Head: "first"})
	b.server.Clock.Advance(time.Second)
	second := b.server.OpenPull(b.Repository, fakegithub.Pull{Head: "second"})
	numbers := func(recent RecentPulls) (all []int64) {
		for _, p := range recent.Pulls {
			all = append(all, p.Number)
		}

		return all
	}

	before, err := b.installation.RecentPulls(t.Context(), b.Repository, "")
	require.NoError(t, err)
	require.Equal(t, []int64{second, first}, numbers(before))

	again, err := b.installation.RecentPulls(t.Context(), b.Repository, before.Tag)
	require.NoError(t, err)
	require.Equal(t, RecentPulls{Tag: before.Tag, IsUnchanged: true}, again)
	require.Equal(t, 1, b.server.Usage()[fmt.Sprintf("installation %d", b.Installation)].NotModified)

	pushed := b.push("first", "y")
	b.server.ClosePull(b.Repository, second)
	again, err = b.installation.RecentPulls(t.Context(), b.Repository, before.Tag)
	require.NoError(t, err)
	require.ElementsMatch(t, []int64{first, second}, numbers(again))

	for _, p := range again.Pulls {
		require.Equal(t, p.Number == first, p.IsOpen)
		require.Equal(t, p.Number == first, p.HeadCommit == pushed)
	}
}
