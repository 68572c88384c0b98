package github

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestHead_OfAnUnchangedBranch_CostsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)

	head, err := b.installation.Head(t.Context(), b.Repository, "main", "")
	require.NoError(t, err)
	require.Equal(t, Head{Commit: b.Commit}, head)

	caller := fmt.Sprintf("installation %d", b.Installation)
	before := b.server.Usage()[caller].MostPerHour

	head, err = b.installation.Head(t.Context(), b.Repository, "main", b.Commit)
	require.NoError(t, err)
	require.Equal(t, Head{Commit: b.Commit, IsUnchanged: true}, head)
	require.Equal(t, before, b.server.Usage()[caller].MostPerHour)
	require.Equal(t, 1, b.server.Usage()[caller].NotModified)

	pushed := b.push("main", "second")
	head, err = b.installation.Head(t.Context(), b.Repository, "main", b.Commit)
	require.NoError(t, err)
	require.Equal(t, Head{Commit: pushed}, head)
}

func TestHead_WhateverHappensToTheRepository_IsFound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	head := func(branch string) string {
		found, err := b.installation.Head(t.Context(), b.Repository, branch, b.Commit)
		require.NoError(t, err)

		return found.Commit
	}

	forced := b.server.Push(b.Repository, "main", fakegithub.Commit{Force: true, Files: fakegithub.Text(map[string]string{"a": "b"})})
	require.Equal(t, forced, head("main"))

	b.server.MoveBranch(b.Repository, "main", b.Commit)
	require.Equal(t, b.Commit, head("main"), "a force-push back")

	slashed := b.push("feature/ä+b?c#d%20", "with a slash")
	require.Equal(t, slashed, head("feature/ä+b?c#d%20"))

	b.server.Tag(b.Repository, "main", forced)
	require.Equal(t, b.Commit, head("main"), "a tag of the same name is not the branch")

	b.server.RenameRepository(b.Repository, "store")
	require.Equal(t, b.Commit, head("main"))

	b.server.RenameBranch(b.Repository, "main", "trunk")
	require.Empty(t, head("main"))
	require.Equal(t, b.Commit, head("trunk"))

	b.server.DeleteBranch(b.Repository, "trunk")
	b.server.DeleteBranch(b.Repository, "feature/ä+b?c#d%20")
	require.Empty(t, head("trunk"), "a repository without a commit")
}

func TestHead_OfARepositoryThatTheInstallationLost_IsNotFound(t *testing.T) {
	t.Parallel()

	for name, lose := range map[string]func(b *testBundle){
		"deleted":     func(b *testBundle) { b.server.DeleteRepository(b.Repository) },
		"transferred": func(b *testBundle) { b.server.TransferRepository(b.Repository, githubtest.Stranger) },
		"deselected": func(b *testBundle) {
			b.server.ChooseRepositories(b.Installation, b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "other"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			lose(b)

			_, err := b.installation.Head(t.Context(), b.Repository, "main", "")
			require.Equal(t, NotFound, ReasonOf(err), "without a token")

			b = setup(t)
			_, err = b.installation.Head(t.Context(), b.Repository, "main", "")
			require.NoError(t, err)
			lose(b)

			_, err = b.installation.Head(t.Context(), b.Repository, "main", "")
			require.Equal(t, NotFound, ReasonOf(err), "with a token from before")
		})
	}
}

func TestRepository_IsFoundByItsIDWhateverItsName(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.RenameRepository(b.Repository, "store")
	b.server.RenameAccount(githubtest.Organization, "acme-inc")
	b.server.ArchiveRepository(b.Repository, true)

	found, err := b.installation.Repository(t.Context(), b.Repository)
	require.NoError(t, err)
	require.Equal(t, "acme-inc/store", found.FullName)
	require.Equal(t, b.server.URL+"/acme-inc/store.git", found.CloneURL)
	require.True(t, found.IsArchived)
	require.True(t, found.IsPrivate)
}

func TestBranches_AreAllOfThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	for n := range 120 {
		b.push(fmt.Sprintf("branch-%d", n), "x")
	}

	branches, err := b.installation.Branches(t.Context(), b.Repository)
	require.NoError(t, err)
	require.Len(t, branches, 121)
	require.Contains(t, branches, Branch{Name: "main", Commit: b.Commit})
}
