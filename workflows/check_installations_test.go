package workflows

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// checked is the row of the installation after GitHub was asked about it.
func (b *testBundle) checked(t *testing.T, worker *Worker, g *gitHub) database.GithubInstallation {
	t.Helper()

	require.NoError(t, worker.checkInstallations(b.ctx, nil))

	row, err := b.queries.GetInstallationOf(b.ctx, g.row, b.organisation)
	require.NoError(t, err)

	return row
}

func TestCheckInstallations_NotesWhatHasChangedOnGitHub_AndTellsTheProjectsOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	worker := b.newWorker(t)

	row := b.checked(t, worker, g)
	require.True(t, row.HasAll)
	require.NotNil(t, row.CheckedAt)
	require.NotEmpty(t, row.SettingsURL)
	require.Empty(t, b.told(t))

	g.server.RenameAccount("acme", "acme-corp")
	g.server.SetPermissions(g.Installation, map[string]string{"contents": "read", "metadata": "read"})
	g.server.ChooseRepositories(g.Installation, g.Repository)

	row = b.checked(t, worker, g)
	require.Equal(t, "acme-corp", row.AccountLogin)
	require.False(t, row.HasAll)

	permissions := map[string]string{}
	require.NoError(t, json.Unmarshal(row.Permissions, &permissions))
	require.Equal(t, "read", permissions["contents"])
	require.NotContains(t, permissions, "statuses")

	g.server.Suspend(g.Installation)
	require.NotNil(t, b.checked(t, worker, g).SuspendedAt)
	require.NotNil(t, b.checked(t, worker, g).SuspendedAt)
	require.Len(t, b.told(t), 1)
	require.Contains(t, b.told(t)[0], "GitHub has suspended the installation of the GitHub App on acme-corp")

	g.server.Unsuspend(g.Installation)
	require.Nil(t, b.checked(t, worker, g).SuspendedAt)
	require.Contains(t, b.told(t)[0], "reaches the repositories of acme-corp again")

	g.server.Uninstall(g.Installation)
	require.NotNil(t, b.checked(t, worker, g).RemovedAt)
	require.NotNil(t, b.checked(t, worker, g).RemovedAt)
	require.Len(t, b.told(t), 3)
	require.Contains(t, b.told(t)[0], "no longer installed on acme-corp")
}

func TestCheckInstallations_WhileGitHubIsInTrouble_ChangesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	worker := b.newWorker(t)
	b.checked(t, worker, g)

	for _, strike := range []fakegithub.Fault{
		{Strike: fakegithub.Status(500)}, {Strike: fakegithub.Unicorn}, {Strike: fakegithub.SecondaryLimit}, {Strike: fakegithub.Status(404)},
		{Strike: fakegithub.EmptyBody},
	} {
		mend := g.server.AddFault(strike)
		_ = worker.checkInstallations(b.ctx, nil)

		mend()
		g.server.Clock.Advance(time.Hour)

		row, err := b.queries.GetInstallationOf(b.ctx, g.row, b.organisation)
		require.NoError(t, err)
		require.Nil(t, row.RemovedAt)
		require.Nil(t, row.SuspendedAt)
	}

	require.Empty(t, b.told(t))
}

func TestCheckInstallations_WithoutAny_AskGitHubNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.NoError(t, b.newWorker(t).checkInstallations(b.ctx, nil))

	g := b.withGitHub(t)
	b.exec(t, "UPDATE github_installations SET organisation_id = NULL")
	require.NoError(t, b.newWorker(t).checkInstallations(b.ctx, nil))
	require.Empty(t, g.server.Usage())
}
