package workflows

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

const graphQLPath = "/api/graphql"

func TestPollGitHub_InTrouble_TellsWhyAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()

	for name, trouble := range map[string]struct {
		strike   func(http.ResponseWriter, *http.Request) bool
		sentence string
	}{
		"down":                {fakegithub.CutConnection, "GitHub does not answer as it should"},
		"500":                 {fakegithub.Status(http.StatusInternalServerError), "GitHub does not answer as it should"},
		"HTML":                {fakegithub.Unicorn, "GitHub does not answer as it should"},
		"empty answers":       {fakegithub.EmptyBody, "GitHub does not answer as it should"},
		"slow":                {fakegithub.Slow(time.Minute), "GitHub does not answer as it should"},
		"a secondary limit":   {fakegithub.SecondaryLimit, "GitHub takes no more requests from the platform until"},
		"unknown permissions": {fakegithub.Status(http.StatusForbidden), "lacks a permission"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setupPolling(t)
			b.pass(t, 10*time.Second)

			remove := b.server.AddFault(fakegithub.Fault{Path: graphQLPath, Strike: trouble.strike})
			pushed := b.push(t, "main", fakegithub.Commit{})
			before := b.requests()
			b.pass(t, 3*time.Minute)
			require.Contains(t, b.trouble(t), trouble.sentence)
			require.Less(t, b.requests()-before, 15, "it is not asked all the time")
			require.Len(t, b.deployed(t, "main"), 1)

			remove()
			b.pass(t, 3*time.Minute)
			require.Empty(t, b.trouble(t))
			require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
			require.Zero(t, b.count(t, "SELECT count(*) FROM github_installations WHERE poll_error IS NOT NULL"))
		})
	}
}

func TestPollGitHub_OneBadAnswer_IsNotTold(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.AddFault(fakegithub.Fault{Path: graphQLPath, Times: 1, Strike: fakegithub.Unicorn})

	for range 50 {
		b.pass(t, time.Second)
		require.Empty(t, b.trouble(t))
	}

	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	require.Contains(t, b.deployed(t, "main"), pushed)
}

func TestPollGitHub_SecondaryLimit_IsWaitedFor(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.AddFault(fakegithub.Fault{Path: graphQLPath, Times: 1, Strike: fakegithub.SecondaryLimit})
	b.pass(t, 6*time.Second)

	before := b.requests()
	b.pass(t, 50*time.Second)
	require.Equal(t, before, b.requests())
	b.pass(t, 20*time.Second)
	require.Greater(t, b.requests(), before)
	require.Empty(t, b.trouble(t))
}

func TestPollGitHub_SuspendedAndUninstalled_SaySo(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.Suspend(b.Installation)
	b.pass(t, 10*time.Second)
	require.Contains(t, b.trouble(t), "The installation of the GitHub App is suspended")

	b.server.Unsuspend(b.Installation)
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 3*time.Minute)
	require.Empty(t, b.trouble(t))
	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))

	b.server.Uninstall(b.Installation)
	b.pass(t, 3*time.Minute)
	require.Contains(t, b.trouble(t), "The GitHub App is no longer installed on this account")
}

func TestPollGitHub_OneInstallationThatHangs_CostsOthersNothing(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.server.AddOrganization("beta", githubtest.Owner)
	hung := b.addInstallation(t, b.server.Install(b.App.ID, "beta"), "beta")
	repository := b.server.AddRepository(fakegithub.Repository{Owner: "beta", Name: "hung", Private: true})
	row := b.addRepository(t, hung, repository, "beta/hung")
	b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, github_repository_id)
		VALUES (gen_random_uuid(), $1, 'Hung', 'hung', 'x', $2)`, b.organisation, row)
	b.server.AddFault(fakegithub.Fault{
		Path: fmt.Sprintf("/api/v3/app/installations/%d/access_tokens", b.server.Install(b.App.ID, "beta")), Strike: fakegithub.Slow(time.Minute),
	})
	b.pass(t, 3*time.Second)

	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	require.Contains(t, b.deployed(t, "main"), pushed)
	b.pass(t, 3*time.Minute)
	require.Empty(t, b.trouble(t))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE slug = 'hung' AND poll_error IS NOT NULL"))
}

func TestBatches_ThatTimeOut_BecomeSmallerAndGrowAgain(t *testing.T) {
	t.Parallel()

	var b batches

	installation, timeout := id.New(), &github.Error{Reason: github.Unavailable}
	require.Equal(t, 50, b.size(installation))

	for _, want := range []int{25, 12, 6, 3, 1, 1} {
		b.note(installation, timeout)
		require.Equal(t, want, b.size(installation))
	}

	b.note(installation, &github.Error{Reason: github.Forbidden})

	for _, want := range []int{2, 4, 8, 16, 32, 50, 50} {
		b.note(installation, nil)
		require.Equal(t, want, b.size(installation))
	}

	require.Equal(t, 50, b.size(id.New()))
}

func TestPollGitHub_LimitNearlyUsedUp_IsSpreadOverTheHour(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 300

	b := setupPollingWith(t, limits)

	for range 60 {
		pushed := b.push(t, "main", fakegithub.Commit{})
		b.pass(t, time.Minute)
		require.Contains(t, b.deployed(t, "main"), pushed, "every push is seen within a minute all the same")
	}

	require.Zero(t, b.server.Refused())
	require.Empty(t, b.trouble(t))
}
