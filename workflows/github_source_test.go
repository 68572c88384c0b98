package workflows

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestClone_OfARepositoryOnGitHub_IsByATokenForItAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	b.work(t)

	// A name is no address: the repository is asked for by its id.
	g.server.RenameRepository(g.Repository, "store")

	live := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, g.Commit, lo.FromPtr(live.CommitSHA))
	require.Equal(t, "first", lo.FromPtr(live.CommitMessage))

	requests := g.source.fetched()
	require.Len(t, requests, 1)
	require.Equal(t, g.server.URL+"/acme/store.git", requests[0].RepositoryURL)

	token := requests[0].Credentials.Password
	require.True(t, strings.HasPrefix(token, "ghs_"))

	// It stands nowhere in the database, jobs and logs included.
	for _, table := range b.tables(t) {
		require.Zero(t, b.count(t, "SELECT count(*) FROM "+table+" AS t WHERE t::text LIKE '%' || $1 || '%'", token), table)
	}
}

// tables are those of the platform and its job queue.
func (b *testBundle) tables(t *testing.T) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, `SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'river')`)
	require.NoError(t, err)

	names, err := collectStrings(rows)
	require.NoError(t, err)
	require.Greater(t, len(names), 20)

	return names
}

func TestClone_WhileGitHubIsInTrouble_Waits(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		fault fakegithub.Fault
		words string
	}{
		"it is down":           {fakegithub.Fault{Strike: fakegithub.Status(500)}, "Waiting because GitHub does not answer"},
		"it is slow":           {fakegithub.Fault{Strike: fakegithub.Slow(time.Hour)}, "Waiting because GitHub does not answer"},
		"it answers with HTML": {fakegithub.Fault{Strike: fakegithub.Unicorn}, "Waiting because GitHub does not answer"},
		"its secondary limit":  {fakegithub.Fault{Strike: fakegithub.SecondaryLimit}, "Waiting because GitHub takes no more requests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			g := b.withGitHub(t)
			mend := g.server.AddFault(test.fault)
			b.work(t)

			deployment := b.create(t)

			require.Eventually(t, func() bool {
				return b.count(t, "SELECT count(*) FROM deployment_steps WHERE deployment_id = $1 AND waiting_for LIKE $2 || '%'", deployment.ID, test.words) > 0
			}, patienceOfTests, 5*time.Millisecond)

			mend()
			g.server.Clock.Advance(time.Hour)
			b.await(t, deployment.ID, stateLive)
			require.Empty(t, b.told(t))
		})
	}
}

func TestClone_WhereTheAppMayNotReadTheRepository_FailsWithWhatToDo(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change func(g *gitHub)
		words  string
		// event is what the project is told; empty for nothing.
		event string
	}{
		"suspended": {func(g *gitHub) { g.server.Suspend(g.Installation) }, "Unsuspend it", "GitHub has suspended the installation of the GitHub App on acme"},
		"removed":   {func(g *gitHub) { g.server.Uninstall(g.Installation) }, "Install it again", "The GitHub App is no longer installed on acme"},
		"not among the chosen ones": {func(g *gitHub) {
			g.server.ChooseRepositories(g.Installation, g.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "other"}))
		}, "includes the repository", ""},
		"without the permission": {func(g *gitHub) { g.server.SetPermissions(g.Installation, map[string]string{"members": "read"}) }, "Accept its permissions", ""},
		"deleted":                {func(g *gitHub) { g.server.DeleteRepository(g.Repository) }, "acme/shop cannot be read", ""},
		"without the branch":     {func(g *gitHub) { g.server.RenameBranch(g.Repository, "main", "trunk") }, "has no branch main", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			g := b.withGitHub(t)
			test.change(g)
			b.work(t)

			failed := b.await(t, b.create(t).ID, stateFailed)
			require.Contains(t, lo.FromPtr(failed.ErrorMessage), test.words)

			if test.event == "" {
				require.Empty(t, b.told(t))
			} else {
				require.Len(t, b.told(t), 1)
				require.Contains(t, b.told(t)[0], test.event)
			}
		})
	}
}

func TestClone_OfARepositoryWhoseAccountBelongsToAnotherOrganisation_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	b.exec(t, "UPDATE github_installations SET organisation_id = NULL WHERE id = $1", g.row)
	b.work(t)

	failed := b.await(t, b.create(t).ID, stateFailed)
	require.Contains(t, lo.FromPtr(failed.ErrorMessage), "Connect the account on GitHub to the organisation again")
	require.Empty(t, g.source.fetched())
}

func TestClone_OfACommitThatIsKept_NeedsNoGitHub(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	g.server.AddFault(fakegithub.Fault{Strike: fakegithub.Unicorn})
	g.source.kept = g.Commit
	b.work(t)

	created, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Commit: g.Commit, Trigger: TriggerManual})
	require.NoError(t, err)
	require.Equal(t, "kept", lo.FromPtr(b.await(t, created.ID, stateLive).CommitMessage))
	require.Empty(t, g.source.fetched())
}

func TestClone_RefusedByGitWhereTheAppStillReads_IsTriedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	g.server.AddFault(fakegithub.Fault{Path: "/acme/shop.git/", Times: 1, Strike: fakegithub.Status(401)})
	b.work(t)

	b.await(t, b.create(t).ID, stateLive)
	require.Len(t, lo.Uniq(lo.Map(g.source.fetched(), func(r activities.CloneRequest, _ int) string { return r.Credentials.Password })), 2, "a token is made anew")
}
