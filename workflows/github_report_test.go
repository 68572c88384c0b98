package workflows

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

func TestReport_EachState_IsToldToGitHub(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	d := b.ofMain(t)
	page := "https://zeitwork.example/deployments/" + d.ID.String()

	states, status := b.reportAs(t, worker, d.ID, stateQueued)
	require.Equal(t, []string{"queued"}, states)
	require.Equal(t, fakegithub.CommitStatus{
		Hash: b.hub.Commit, State: "pending", Description: "Waiting to be deployed.", TargetURL: page, Context: "zeitwork/app",
	}, status)

	states, status = b.reportAs(t, worker, d.ID, stateDeploying)
	require.Equal(t, []string{"queued", "in_progress"}, states)
	require.Equal(t, "pending", status.State)

	states, status = b.reportAs(t, worker, d.ID, stateLive)
	require.Equal(t, []string{"queued", "in_progress", "success"}, states)
	require.Equal(t, "success", status.State)

	told := len(b.hub.server.Statuses(b.hub.Repository))
	states, _ = b.reportAs(t, worker, d.ID, stateRetired)
	require.Equal(t, []string{"queued", "in_progress", "success", "inactive"}, states)
	require.Len(t, b.hub.server.Statuses(b.hub.Repository), told, "the commit was deployed, and that stays said")
	require.Empty(t, b.reportError(t))
}

func TestReport_DeploymentThatFails_SaysWhyInOneLine(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)

	d := b.ofMain(t)
	b.exec(t, "UPDATE deployments SET error_code = 'invalid', error_message = $2 WHERE id = $1", d.ID,
		"The build\tfailed: \x1b[2J\u202e<img src=x> `rm -rf /` '; DROP TABLE x; "+strings.Repeat("é", 200)+"\nmore")
	states, status := b.reportAs(t, worker, d.ID, stateFailed)
	require.Equal(t, []string{"failure"}, states)
	require.Equal(t, "failure", status.State)
	require.True(t, strings.HasPrefix(status.Description, `The build failed: \x1b[2J\u202e<img src=x> `), status.Description)
	require.Len(t, []rune(status.Description), 140)
	require.NotContains(t, status.Description, "more")

	// The platform's own failure is no failure of the commit.
	d = b.ofMain(t)
	b.exec(t, "UPDATE deployments SET error_code = 'unavailable', error_message = 'The registry does not answer.' WHERE id = $1", d.ID)
	states, status = b.reportAs(t, worker, d.ID, stateFailed)
	require.Equal(t, []string{"error"}, states)
	require.Equal(t, "error", status.State)
	require.Equal(t, "The registry does not answer.", status.Description)
}

func TestReport_OlderDeploymentOfTheCommit_LeavesTheStatusToTheYounger(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	older, younger := b.ofMain(t), b.ofMain(t)

	_, _ = b.reportAs(t, worker, younger.ID, stateLive)
	_, status := b.reportAs(t, worker, older.ID, stateCancelled)
	require.Equal(t, "success", status.State)
	require.Len(t, b.hub.server.Statuses(b.hub.Repository), 1)

	// It had been over before GitHub heard of it.
	superseded := b.ofMain(t)
	states, _ := b.reportAs(t, worker, superseded.ID, stateSuperseded)
	require.Empty(t, states)
}

func TestReport_AnswerIsLost_IsRepeatedAndMakesNothingTwice(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	d := b.ofMain(t)

	// GitHub makes the deployment, and its answer is lost.
	posted := false
	remove := b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/deployments", Strike: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && !posted {
			posted = true
			b.hub.server.AddFault(fakegithub.Fault{Path: r.URL.Path, Times: 1, Lose: true})
		}

		return false
	}})
	defer remove()

	require.Equal(t, github.Unavailable, github.ReasonOf(b.report(worker, d.ID)))
	require.Empty(t, *b.get(t, d.ID).GithubReported)
	require.Nil(t, b.get(t, d.ID).GithubDeploymentID)

	require.NoError(t, b.report(worker, d.ID))

	// The worker dies behind GitHub's answer and before it has written anything down.
	known := *b.get(t, d.ID).GithubDeploymentID
	b.exec(t, "UPDATE deployments SET github_reported = '', github_deployment_id = NULL WHERE id = $1", d.ID)
	require.NoError(t, b.report(worker, d.ID))
	require.Equal(t, known, *b.get(t, d.ID).GithubDeploymentID)
	require.Equal(t, []string{"queued"}, b.hub.server.DeploymentStates(b.hub.Repository, known))
}

func TestReport_GitHubDoesNotAnswerAsItShould_IsTriedAgain(t *testing.T) {
	t.Parallel()

	for name, strike := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"500": fakegithub.Status(http.StatusInternalServerError), "HTML": fakegithub.Unicorn, "cut": fakegithub.CutConnection,
		"empty": fakegithub.EmptyBody, "slow": fakegithub.Slow(time.Minute),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setupGithub(t)
			worker := b.newWorker(t)
			d := b.ofMain(t)

			remove := b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/", Strike: strike})
			require.Equal(t, github.Unavailable, github.ReasonOf(b.report(worker, d.ID)))
			require.Empty(t, *b.get(t, d.ID).GithubReported)

			remove()
			require.NoError(t, b.report(worker, d.ID))
			require.Equal(t, stateQueued, *b.get(t, d.ID).GithubReported)
		})
	}
}

func TestReport_SecondaryLimit_WaitsUntilGitHubTakesMore(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	d := b.ofMain(t)

	remove := b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/", Strike: fakegithub.SecondaryLimit})
	err := b.report(worker, d.ID)

	var snooze *rivertype.JobSnoozeError
	require.ErrorAs(t, err, &snooze)
	require.Greater(t, snooze.Duration, 30*time.Second)

	remove()
	b.hub.server.Clock.Advance(time.Hour)
	require.NoError(t, b.report(worker, d.ID))
}

func TestReport_WhatOnlySomebodyCanChange_IsGivenUpAndSaidInTheProject(t *testing.T) {
	t.Parallel()

	for name, spoil := range map[string]func(t *testing.T, b *testBundle){
		"lacks a permission": func(_ *testing.T, b *testBundle) {
			b.hub.server.SetPermissions(b.hub.Installation, map[string]string{"contents": "read", "metadata": "read"})
		},
		"suspended":   func(_ *testing.T, b *testBundle) { b.hub.server.Suspend(b.hub.Installation) },
		"uninstalled": func(_ *testing.T, b *testBundle) { b.hub.server.Uninstall(b.hub.Installation) },
		"archived":    func(_ *testing.T, b *testBundle) { b.hub.server.ArchiveRepository(b.hub.Repository, true) },
		"deleted":     func(_ *testing.T, b *testBundle) { b.hub.server.DeleteRepository(b.hub.Repository) },
		"no installation": func(t *testing.T, b *testBundle) {
			t.Helper()
			b.exec(t, "UPDATE github_repositories SET installation_id = NULL")
		},
		"another repository": func(t *testing.T, b *testBundle) {
			t.Helper()
			b.exec(t, "UPDATE projects SET github_repository_id = NULL")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setupGithub(t)
			worker := b.newWorker(t)
			d := b.ofMain(t)
			spoil(t, b)

			require.NoError(t, b.report(worker, d.ID))
			require.Equal(t, stateQueued, *b.get(t, d.ID).GithubReported)
			require.NotEmpty(t, b.reportError(t))
			require.NoError(t, worker.reconcile(b.ctx, nil))
			require.Zero(t, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE kind = 'github_report'"))
		})
	}
}

func TestReport_OnePermissionIsLacking_TheOtherIsUsed(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	b.hub.server.SetPermissions(b.hub.Installation, map[string]string{"contents": "read", "metadata": "read", "statuses": "write"})

	_, status := b.reportAs(t, worker, b.ofMain(t).ID, stateLive)
	require.Equal(t, "success", status.State)
	require.Contains(t, b.reportError(t), "lacks a permission")

	// Once it is granted GitHub is told, and nothing is complained of.
	b.hub.server.SetPermissions(b.hub.Installation, map[string]string{"contents": "read", "metadata": "read", "statuses": "write", "deployments": "write"})
	b.hub.server.Clock.Advance(time.Minute) // For what it has refused it is not asked again at once.
	states, _ := b.reportAs(t, worker, b.ofMain(t).ID, stateDeploying)
	require.Equal(t, []string{"in_progress"}, states)
	require.Empty(t, b.reportError(t))
}

func TestReport_GitHubIsDownForADay_IsGivenUp(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	d := b.ofMain(t)
	b.exec(t, "UPDATE deployments SET created_at = now() - interval '25 hours' WHERE id = $1", d.ID)
	b.hub.server.AddFault(fakegithub.Fault{Strike: fakegithub.Unicorn})

	require.NoError(t, b.report(worker, d.ID))
	require.Equal(t, stateQueued, *b.get(t, d.ID).GithubReported)
	require.Contains(t, b.reportError(t), "GitHub does not answer as it should")
}

func TestReport_GitHubHangs_DeploymentsGoOnAndAreToldOfLater(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	remove := b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/deployments", Strike: fakegithub.Slow(time.Minute)})
	worker := b.work(t)
	b.reconciling(t, worker)

	d := b.await(t, b.ofMain(t).ID, stateLive)
	require.Empty(t, *d.GithubReported)

	remove()
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE github_reported = 'live'")
	require.NotNil(t, b.get(t, d.ID).GithubDeploymentID)
}

func TestReport_CommitIsNotKnownYet_WaitsForIt(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	d := b.create(t)
	require.NoError(t, b.report(worker, d.ID))
	require.Empty(t, *b.get(t, d.ID).GithubReported)

	unreported, err := b.queries.ListUnreportedDeployments(b.ctx)
	require.NoError(t, err)
	require.Empty(t, unreported)

	b.exec(t, "UPDATE deployments SET commit_sha = $2 WHERE id = $1", d.ID, b.hub.Commit)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE kind = 'github_report' AND deployment_id = $1", d.ID))
}

func TestReport_ProjectIsNotOnGitHub_NothingIsTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	d := b.create(t)
	require.Nil(t, d.GithubReported)
	require.NoError(t, b.report(worker, d.ID))
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE kind = 'github_report'"))
}

func TestFirst_ErrorThatPasses_Decides(t *testing.T) {
	t.Parallel()

	lasting, passing := &github.Error{Reason: github.Forbidden}, &github.Error{Reason: github.Limited}
	require.ErrorIs(t, first(nil, lasting, passing), passing)
	require.ErrorIs(t, first(nil, lasting, nil), lasting)
	require.NoError(t, first(nil, nil))
	require.True(t, passes(errors.New("Postgres is away")))
	require.False(t, passes(nil))

	var snooze *rivertype.JobSnoozeError
	require.ErrorAs(t, askAgain(passing), &snooze)
	require.ErrorAs(t, river.JobSnooze(time.Second), &snooze)
	require.Nil(t, (&database.Deployment{}).GithubReported)
}

func TestReport_AccountThatAnotherOrganisationHasByNow_IsToldNothing(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	d := b.ofMain(t)
	b.exec(t, "INSERT INTO organisations (id, slug, name) VALUES ($1, 'other', 'Other')", id.New())
	b.exec(t, "UPDATE github_installations SET organisation_id = (SELECT id FROM organisations WHERE slug = 'other')")
	b.exec(t, "UPDATE projects SET pull_request_previews = true")

	require.NoError(t, b.report(worker, d.ID))
	require.Empty(t, b.hub.server.Statuses(b.hub.Repository))

	rows, err := b.queries.ListProjectsWithPulls(b.ctx)
	require.NoError(t, err)
	require.Empty(t, rows, "nor are its pull requests looked at")
}
