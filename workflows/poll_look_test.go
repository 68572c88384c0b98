package workflows

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func TestPollGitHub_RepositoryRenamed_IsFollowed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.RenameRepository(b.Repository, "store")
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 10*time.Second)

	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM projects JOIN github_repositories ON github_repositories.id = github_repository_id
		WHERE repository_url = 'https://github.com/acme/store.git' AND full_name = 'acme/store'`))
	require.Equal(t, []string{"The repository acme/shop was renamed and is acme/store now."}, b.events(t, "repository"))
	require.Empty(t, b.trouble(t))
}

func TestPollGitHub_AccountRenamed_IsFollowed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.RenameAccount(githubtest.Organization, "acme-inc")
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 20*time.Second)

	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM github_installations WHERE account_login = 'acme-inc'"))
	require.Empty(t, b.trouble(t))
}

func TestPollGitHub_AccountRenamedAndItsNameTaken_IsFollowed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 20*time.Second)
	b.server.RenameAccount(githubtest.Organization, "acme-inc")
	b.server.AddOrganization(githubtest.Organization, githubtest.Stranger)
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.server.Clock.Advance(sweepEvery)
	b.pass(t, 2*time.Minute)

	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM github_installations WHERE account_login = 'acme-inc'"))
}

func TestPollGitHub_Transferred_ToAnAccountWithAnInstallation_GoesOn(t *testing.T) {
	t.Parallel()

	for _, private := range []bool{true, false} {
		t.Run(fmt.Sprintf("private %t", private), func(t *testing.T) {
			t.Parallel()

			b := setupPolling(t)
			b.server.SetPrivate(b.Repository, private)
			b.server.AddOrganization("beta", githubtest.Owner)
			other := b.addInstallation(t, b.server.Install(b.App.ID, "beta"), "beta")
			b.pass(t, 10*time.Second)

			b.server.TransferRepository(b.Repository, "beta")
			pushed := b.push(t, "main", fakegithub.Commit{})
			b.server.Clock.Advance(sweepEvery)
			b.pass(t, 2*time.Minute)

			require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
			require.Equal(t, 1, b.count(t, "SELECT count(*) FROM github_repositories WHERE installation_id = $1 AND full_name = 'beta/shop'", other))
			require.Equal(t, []string{"The repository acme/shop was transferred and is beta/shop now."}, b.events(t, "repository"))
			require.Empty(t, b.trouble(t))
		})
	}
}

func TestPollGitHub_Transferred_ToAnAccountWithoutAnInstallation_SaysSoUntilThereIsOne(t *testing.T) {
	t.Parallel()

	for private, sentence := range map[bool]string{
		true:  "GitHub does not show the repository acme/shop to the platform any more",
		false: "The repository acme/shop belongs to beta now and is called beta/shop. Install the GitHub App there",
	} {
		t.Run(fmt.Sprintf("private %t", private), func(t *testing.T) {
			t.Parallel()

			b := setupPolling(t)
			b.server.SetPrivate(b.Repository, private)
			b.pass(t, 10*time.Second)
			b.server.AddOrganization("beta", githubtest.Owner)
			b.server.TransferRepository(b.Repository, "beta")
			b.server.Clock.Advance(sweepEvery)
			b.pass(t, time.Minute)
			require.Contains(t, b.trouble(t), sentence)
			require.Len(t, b.deployed(t, "main"), 1)
			require.Zero(t, b.count(t, "SELECT count(*) FROM github_repositories WHERE NOT is_settled"))

			b.addInstallation(t, b.server.Install(b.App.ID, "beta"), "beta")
			pushed := b.push(t, "main", fakegithub.Commit{})
			b.server.Clock.Advance(sweepEvery)
			b.pass(t, 2*time.Minute)
			require.Empty(t, b.trouble(t))
			require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
		})
	}
}

func TestPollGitHub_Transferred_WhileTheOtherInstallationIsNotAnswered_IsNotTakenForLost(t *testing.T) {
	t.Parallel()

	for name, strike := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"a fault": fakegithub.Unicorn, "a limit": fakegithub.SecondaryLimit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setupPolling(t)
			b.server.AddOrganization("beta", githubtest.Owner)
			other := b.server.Install(b.App.ID, "beta")
			b.pass(t, 10*time.Second)

			// The worker looks at the other installation itself much later.
			row := b.addInstallation(t, other, "beta")
			b.exec(t, "UPDATE github_installations SET poll_due_at = $1 WHERE id = $2", b.server.Clock.Now().Add(24*time.Hour), row)
			remove := b.server.AddFault(fakegithub.Fault{Path: fmt.Sprintf("/api/v3/app/installations/%d/access_tokens", other), Strike: strike})
			b.server.TransferRepository(b.Repository, "beta")
			b.server.Clock.Advance(sweepEvery)
			b.pass(t, time.Minute)
			require.Empty(t, b.trouble(t))
			require.Equal(t, 1, b.count(t, "SELECT count(*) FROM github_repositories WHERE installation_id = $1 AND NOT is_settled", b.installation))

			remove()
			b.pass(t, 2*time.Minute)
			require.Equal(t, 1, b.count(t, "SELECT count(*) FROM github_repositories WHERE installation_id = $1", row))
		})
	}
}

func TestPollGitHub_ManyAreGone_AFewAreLookedForAtATime(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)

	const gone = mostFinds + 5

	for n := range gone {
		row := b.addRepository(t, b.installation, int64(1_000_000+n), fmt.Sprintf("acme/gone%d", n))
		b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, github_repository_id)
			VALUES (gen_random_uuid(), $1, 'Gone', $2, 'x', $3)`, b.organisation, fmt.Sprintf("gone%d", n), row)
	}

	told := func() int {
		return b.count(t, "SELECT count(*) FROM projects WHERE poll_error LIKE 'GitHub does not show the repository acme/gone%'")
	}

	b.exec(t, "UPDATE github_installations SET poll_due_at = NULL")
	require.NoError(t, b.worker.Poll(b.ctx))
	require.Equal(t, mostFinds, told())
	b.pass(t, 20*time.Second)
	require.Equal(t, gone, told())
}

func TestPollGitHub_Deleted_SaysSo_AndAnInstallationOfAnotherOrganisationIsNotAsked(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.AddOrganization("beta", githubtest.Owner)
	other := b.addInstallation(t, b.server.Install(b.App.ID, "beta"), "beta")
	b.exec(t, `WITH made AS (INSERT INTO organisations (id, slug, name) VALUES (gen_random_uuid(), 'beta', 'Beta') RETURNING id)
		UPDATE github_installations SET organisation_id = made.id FROM made WHERE github_installations.id = $1`, other)
	b.server.TransferRepository(b.Repository, "beta")
	b.server.Clock.Advance(sweepEvery)
	b.pass(t, time.Minute)
	require.Contains(t, b.trouble(t), "does not show the repository acme/shop")
	require.Contains(t, b.trouble(t), "What is live stays")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM github_repositories WHERE installation_id = $1", b.installation))
}

func TestPollGitHub_Archived_SaysSo_AndThePushBeforeIsDeployed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.server.ArchiveRepository(b.Repository, true)
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
	require.Contains(t, b.trouble(t), "acme/shop is archived on GitHub")

	b.server.ArchiveRepository(b.Repository, false)
	after := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{b.Commit, pushed, after}, b.deployed(t, "main"))
	require.Empty(t, b.trouble(t))
}

func TestPollGitHub_Emptied_SaysSo_AndTheNextPushIsDeployed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.DeleteBranch(b.Repository, "main")
	b.pass(t, 20*time.Second)
	require.Contains(t, b.trouble(t), "acme/shop is empty")

	pushed := b.push(t, "main", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
	require.Empty(t, b.trouble(t))
}

func TestPollGitHub_BranchDeletedAndPushedAgain_TheSameCommitIsNotDeployedTwice(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.push(t, "other", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	b.server.DeleteBranch(b.Repository, "main")
	b.pass(t, 10*time.Second)
	require.Contains(t, b.trouble(t), "acme/shop")
	require.Contains(t, b.trouble(t), "has no branch main")

	b.server.MoveBranch(b.Repository, "main", b.Commit)
	b.pass(t, 10*time.Second)
	require.Empty(t, b.trouble(t))
	require.Equal(t, []string{b.Commit}, b.deployed(t, "main"))
}

func TestPollGitHub_BranchOfProductionRenamed_TellsTheNewName(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)
	b.server.RenameBranch(b.Repository, "main", "trunk")
	b.pass(t, 20*time.Second)
	require.Contains(t, b.trouble(t), "has no branch main any more. Its default branch is trunk")
	require.Contains(t, b.trouble(t), "zeitwork projects set app --branch trunk")
	require.Equal(t, []string{"The default branch of acme/shop is trunk now, and was main. Projects go on to deploy the branches of their settings."},
		b.events(t, "repository"))
	require.Empty(t, b.deployed(t, "trunk"))

	// As the api does when the project follows.
	b.exec(t, "UPDATE projects SET branch = 'trunk'")
	require.NoError(t, b.queries.ForgetPoll(b.ctx, b.project, b.organisation))
	b.pass(t, 20*time.Second)
	require.Empty(t, b.trouble(t))
	require.Equal(t, []string{b.Commit}, b.deployed(t, "trunk"))
}

func TestPollGitHub_DefaultBranchChanged_TheProjectStaysWithItsBranch(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.push(t, "next", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	b.server.SetDefaultBranch(b.Repository, "next")
	pushed := b.push(t, "main", fakegithub.Commit{})
	b.push(t, "next", fakegithub.Commit{})
	b.pass(t, 30*time.Second)
	require.Equal(t, []string{b.Commit, pushed}, b.deployed(t, "main"))
	require.Empty(t, b.deployed(t, "next"))
	require.Len(t, b.events(t, "repository"), 1)
	require.Empty(t, b.trouble(t))
}

func TestPollGitHub_Previews_FollowBranches(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET previews = 'branches'")
	b.push(t, "old", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	require.Empty(t, b.deployed(t, "old"), "what was there before previews were turned on is no push")

	feature := b.push(t, "feature", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{feature}, b.deployed(t, "feature"))

	b.server.RenameBranch(b.Repository, "feature", "renamed")
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{feature}, b.deployed(t, "renamed"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE branch = 'feature' AND deleted_at IS NOT NULL"))

	b.server.DeleteBranch(b.Repository, "renamed")
	b.pass(t, 10*time.Second)
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND deleted_at IS NULL"))
}

func TestPollGitHub_AnswerWithoutABranch_EndsItsPreviewOnlyWhereItIsGone(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET previews = 'branches'")
	b.pass(t, 10*time.Second)
	feature := b.push(t, "feature", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{feature}, b.deployed(t, "feature"))

	answer := fmt.Sprintf(`{"data": {"p0": [{"id": "R", "nameWithOwner": "acme/shop", "pushedAt": %q, "defaultBranchRef": {"name": "main"},
		"refs": {"nodes": [{"name": "main", "target": {"oid": %q}}]}}], "rateLimit": {"cost": 1, "remaining": 4000, "resetAt": %q}}}`,
		b.server.Clock.Now().Format(time.RFC3339), b.Commit, b.server.Clock.Now().Add(time.Hour).Format(time.RFC3339))

	remove := b.server.AddFault(fakegithub.Fault{Path: graphQLPath, Strike: func(w http.ResponseWriter, r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))

		if err != nil || !bytes.Contains(body, []byte("refs(")) {
			return false
		}

		w.Header().Set("Content-Type", "application/json")
		_, err = io.WriteString(w, answer)

		return err == nil
	}})

	pushed := b.push(t, "feature", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE branch = 'feature' AND deleted_at IS NULL"))
	require.Equal(t, []string{feature, pushed}, b.deployed(t, "feature"))

	b.server.DeleteBranch(b.Repository, "feature")
	b.pass(t, 20*time.Second)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE branch = 'feature' AND deleted_at IS NOT NULL"))

	remove()
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{feature, pushed}, b.deployed(t, "feature"))
}

func TestPollGitHub_MoreThanAHundredBranches_AllAreSeen(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET previews = 'branches'")

	for n := range 120 {
		b.server.MoveBranch(b.Repository, fmt.Sprintf("b%03d", n), b.Commit)
	}

	b.pass(t, 10*time.Second)
	pushed := b.push(t, "zz", fakegithub.Commit{})
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{pushed}, b.deployed(t, "zz"))
	require.Equal(t, 122, b.count(t, "SELECT count(*) FROM branches"))
}

func TestPollGitHub_TwoProjectsOfOneRepository_EachFollowsItsBranch(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	other := uuid.New()
	b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, branch, github_repository_id)
		VALUES ($1, $2, 'Next', 'next', 'https://github.com/acme/shop.git', 'next', $3)`, other, b.organisation, b.repository)
	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind) VALUES (gen_random_uuid(), $1, 'next.example.com', 'generated')", other)

	next := b.push(t, "next", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{b.Commit}, b.deployed(t, "main"))
	require.Equal(t, []string{next}, b.deployed(t, "next"))
}

func TestPollGitHub_InstallationOfAnotherOrganisation_IsNotUsed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.pass(t, 10*time.Second)

	for _, organisation := range []*uuid.UUID{nil, new(uuid.New())} {
		if organisation != nil {
			b.exec(t, "INSERT INTO organisations (id, slug, name) VALUES ($1, 'beta', 'Beta')", organisation)
		}

		b.exec(t, "UPDATE github_installations SET organisation_id = $1", organisation)
		b.exec(t, "UPDATE projects SET poll_error = NULL")
		pushed := b.push(t, "main", fakegithub.Commit{})
		b.pass(t, 2*time.Minute)
		require.Contains(t, b.trouble(t), "is not connected to this organisation any more")
		require.NotContains(t, b.deployed(t, "main"), pushed)
	}

	b.exec(t, "UPDATE github_installations SET organisation_id = $1", b.organisation)
	b.pass(t, 2*time.Minute)
	require.Empty(t, b.trouble(t))
	require.Len(t, b.deployed(t, "main"), 2)
}
