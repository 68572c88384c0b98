package workflows

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// secretVariable gives the project a variable for all environments.
func (b *testBundle) secretVariable(t *testing.T) {
	t.Helper()

	variable := keyring.Variable{ID: id.New(), OrganisationID: b.organisation, ProjectID: b.project, Scope: "all", Name: "API_KEY"}
	sealed, err := b.keyring.SealVariable(b.ctx, b.queries, variable, "s3cret")
	require.NoError(t, err)

	_, err = b.queries.CreateEnvironmentVariable(b.ctx, database.CreateEnvironmentVariableParams{
		ID: variable.ID, ProjectID: b.project, OrganisationID: b.organisation, Name: variable.Name, Scope: variable.Scope, ValueSealed: sealed,
	})
	require.NoError(t, err)
}

// builds are what is asked of the builder from now on.
func (b *testBundle) builds() <-chan activities.BuildRequest {
	requests := make(chan activities.BuildRequest, 10)

	b.activities.setBuild(func(_ context.Context, request activities.BuildRequest, _ func(activities.LogLine)) error {
		requests <- request

		return nil
	})

	return requests
}

func TestPull_OpenedPushedToAndMerged_HasAPreviewMeanwhile(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.secretVariable(t)
	b.withPulls(t)
	worker := b.work(t)
	builds := b.builds()

	number, commit := b.hub.open("feature/x", 0)
	b.pollPulls(t, worker)
	b.pollPulls(t, worker)

	preview := b.pull(t, number)
	require.Equal(t, "pr-1", preview.Slug)
	require.Equal(t, "feature/x", *preview.HeadBranch)
	require.False(t, preview.IsFork)

	first := b.await(t, b.newestOf(t, preview).ID, stateLive)
	require.Equal(t, commit, *first.CommitSHA)
	require.Equal(t, string(TriggerPush), first.Trigger)
	require.Equal(t, &first.ID, b.answers(t, "app-pr-1.example.com"))

	build := <-builds
	require.Equal(t, map[string]string{"API_KEY": "s3cret"}, build.Secrets)
	require.Zero(t, build.CacheScope)

	pushed := b.hub.push(b.hub.Repository, "feature/x", "more")
	b.pollPulls(t, worker)
	second := b.await(t, b.newestOf(t, preview).ID, stateLive)
	require.Equal(t, pushed, *second.CommitSHA)
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'deployment.create'"))

	// Deployed by hand it is the commit at which the pull request was seen.
	again, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, EnvironmentID: preview.ID, Trigger: TriggerManual})
	require.NoError(t, err)
	require.Equal(t, pushed, *again.CommitSHA)
	b.await(t, again.ID, stateLive)

	// Where what was seen is forgotten, it is the one that is named.
	require.NoError(t, b.queries.ForgetPoll(b.ctx, b.project, b.organisation))
	_, err = b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, EnvironmentID: preview.ID, Trigger: TriggerManual})
	requireConflict(t, err, "Pull request 1 was not looked at yet. Name the commit to deploy.")
	again, err = b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, EnvironmentID: preview.ID, Commit: pushed, Trigger: TriggerManual})
	require.NoError(t, err)
	b.await(t, again.ID, stateLive)

	b.hub.server.MergePull(b.hub.Repository, number)
	b.pollPulls(t, worker)
	b.hasNoPreview(t, pullRef(number))
	b.await(t, again.ID, stateRetired)
	require.Contains(t, b.messages(t), "The preview of pull request 1 was deleted, as its pull request was merged.")
	require.Zero(t, b.count(t, "SELECT count(*) FROM branches"))

	_, err = b.deployments.Redeploy(b.ctx, RepeatRequest{DeploymentID: again.ID})
	requireConflict(t, err, "The preview of pull request 1 was deleted. Push to it, while it is open,")
}

func TestPull_ClosedAndOpenedAgain_ComesBack(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)
	gone := b.pull(t, number)

	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.ClosePull(b.hub.Repository, number)
	b.pollPulls(t, worker)
	b.hasNoPreview(t, pullRef(number))
	require.Contains(t, b.messages(t), "as its pull request was closed.")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE state = 'cancelled'"))

	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.ReopenPull(b.hub.Repository, number)
	b.pollPulls(t, worker)
	require.NotEqual(t, gone.ID, b.pull(t, number).ID)
	require.Equal(t, "pr-1", b.pull(t, number).Slug)
}

func TestPull_PreviewWasDeletedOrItsTimeIsOver_ComesBackWithTheNextPush(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)

	b.exec(t, "UPDATE environments SET expires_at = now() - interval '1 minute' WHERE kind = 'preview'")
	require.NoError(t, worker.endExpired(b.ctx))
	b.exec(t, "UPDATE projects SET pulls_tag = NULL")
	b.pollPulls(t, worker)
	b.hasNoPreview(t, pullRef(number))
	require.Contains(t, b.messages(t), "The preview of pull request 1 was deleted, as it has not been pushed to for long.")

	commit := b.hub.push(b.hub.Repository, "feature", "more")
	b.pollPulls(t, worker)
	require.Equal(t, commit, *b.newestOf(t, b.pull(t, number)).CommitSHA)
}

func TestPull_ThatNobodyTouchedForLong_GetsNoPreview(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.withPulls(t)
	b.exec(t, "UPDATE projects SET preview_days = 1")

	// GitHub's clock stands still: to it the pull request is of two days ago.
	b.hub.server.Clock.Advance(-48 * time.Hour)
	late, _ := b.hub.open("late", 0)
	b.pollPulls(t, worker)
	b.pull(t, number)
	b.hasNoPreview(t, pullRef(late))
}

func TestPull_FromAFork_WaitsForAnApprovalOfEachCommitAndGetsNoVariables(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.secretVariable(t)
	b.withPulls(t)
	worker := b.work(t)
	builds := b.builds()
	user := id.New()
	b.exec(t, "INSERT INTO users (id, email, name) VALUES ($1, 'ada@example.com', 'Ada')", user)

	fork := b.hub.server.Fork(b.hub.Repository, githubtest.Stranger)
	number, commit := b.hub.open("main", fork)
	b.pollPulls(t, worker)
	b.exec(t, "UPDATE projects SET pulls_tag = NULL")
	b.pollPulls(t, worker)

	preview := b.pull(t, number)
	require.True(t, preview.IsFork)
	require.Equal(t, commit, *preview.AwaitingCommit)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM project_events"), "it waits once")
	require.Contains(t, b.messages(t), "Waiting for approval: pull request 1 comes from a fork")
	require.Equal(t, []string{"### Preview of app\n\nCommit `" + commit[:12] + "` **waits for approval**, as the pull request comes from a fork. " +
		"A member of the organisation looks at it and approves it: `zeitwork environments approve pr-1 --project app`. It gets none of the project's variables.\n\n"},
		withoutMarkers(b.comments(t, worker, number)))

	statuses := b.hub.server.Statuses(b.hub.Repository)
	require.Equal(t, "pending", statuses[0].State)
	require.Equal(t, commit, statuses[0].Hash)
	require.Equal(t, "zeitwork/app/preview", statuses[0].Context)

	// There is no way around the approval.
	_, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, EnvironmentID: preview.ID, Commit: commit, Trigger: TriggerManual})
	requireConflict(t, err, "Pull request 1 comes from a fork: a member has to approve a commit")
	_, err = b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Branch: pullRef(number), Preview: true, Trigger: TriggerManual})
	requireConflict(t, err, "Pull request 1 comes from a fork: a member has to approve a commit")
	_, err = b.deployments.Approve(b.ctx, ApproveRequest{EnvironmentID: preview.ID, Commit: b.hub.Commit, ApprovedBy: &user})
	requireConflict(t, err, "commit "+commit[:12]+" waits now")

	approved, err := b.deployments.Approve(b.ctx, ApproveRequest{EnvironmentID: preview.ID, Commit: commit, ApprovedBy: &user})
	require.NoError(t, err)
	require.Equal(t, commit, *approved.CommitSHA)
	require.Equal(t, &user, approved.CreatedBy)
	approved = b.await(t, approved.ID, stateLive)

	build := <-builds
	require.Empty(t, build.Secrets)
	require.Equal(t, preview.ID, build.CacheScope, "it shares no cache with the project")

	variables, err := b.keyring.OpenEnvironment(b.ctx, b.queries, keyring.Snapshot{
		OrganisationID: b.organisation, ProjectID: b.project, DeploymentID: approved.ID,
	}, approved.EnvironmentSealed)
	require.NoError(t, err)
	require.Empty(t, variables)

	_, err = b.deployments.Approve(b.ctx, ApproveRequest{EnvironmentID: preview.ID, Commit: commit, ApprovedBy: &user})
	requireConflict(t, err, "No commit of pull request 1 waits")

	b.pollPulls(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))

	// The next commit waits again, and what is live stays.
	next := b.hub.push(fork, "main", "worse")
	b.pollPulls(t, worker)
	require.Equal(t, next, *b.pull(t, number).AwaitingCommit)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	_, err = b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, EnvironmentID: preview.ID, Commit: next, Trigger: TriggerManual})
	requireConflict(t, err, "comes from a fork")

	// What was approved may be deployed again, and still gets nothing.
	again, err := b.deployments.Redeploy(b.ctx, RepeatRequest{DeploymentID: approved.ID})
	require.NoError(t, err)
	require.Equal(t, commit, *again.CommitSHA)
	b.await(t, again.ID, stateLive)
	require.Empty(t, (<-builds).Secrets)

	_, err = b.deployments.Promote(b.ctx, RepeatRequest{DeploymentID: again.ID})
	requireConflict(t, err, "pull request from a fork")

	// Set back to what was approved, nothing waits any more.
	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.MoveBranch(fork, "main", commit)
	b.pollPulls(t, worker)
	require.Nil(t, b.pull(t, number).AwaitingCommit)

	// A fork that is deleted makes the pull request none of the repository's own.
	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.DeleteRepository(fork)
	b.exec(t, "UPDATE projects SET pulls_tag = NULL")
	b.pollPulls(t, worker)
	require.True(t, b.pull(t, number).IsFork)
}

func TestPull_TwoForksWithBranchesOfOneName_HavePreviewsOfTheirOwn(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)

	eve := b.hub.server.Fork(b.hub.Repository, githubtest.Stranger)
	ben := b.hub.server.Fork(b.hub.Repository, githubtest.Developer)
	one, first := b.hub.open("patch-1", eve)
	two, second := b.hub.open("patch-1", ben)
	three, third := b.hub.open("patch-1", 0)
	b.pollPulls(t, worker)

	require.Equal(t, first, *b.pull(t, one).AwaitingCommit)
	require.Equal(t, second, *b.pull(t, two).AwaitingCommit)
	require.Nil(t, b.pull(t, three).AwaitingCommit)
	require.Equal(t, third, *b.newestOf(t, b.pull(t, three)).CommitSHA)
	require.Equal(t, 4, b.count(t, "SELECT count(DISTINCT hostname) FROM domains WHERE kind = 'generated'"))

	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.ClosePull(b.hub.Repository, one)
	b.pollPulls(t, worker)
	b.hasNoPreview(t, pullRef(one))
	b.pull(t, two)
	b.pull(t, three)
}

func TestPull_MoreThanAProjectCanHave_SaysSoUntilThereIsRoom(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)

	for _, branch := range []string{"a", "b", "c", "d"} {
		b.hub.open(branch, 0)
	}

	b.pollPulls(t, worker)
	require.Equal(t, maxPreviews, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_error LIKE 'Pull requests without a preview: #1.%3 previews%'"))
	b.hasNoPreview(t, pullRef(1))

	require.NoError(t, b.deployments.EndPreview(b.ctx, b.project, b.pull(t, 2).ID, "", nil))
	b.pollPulls(t, worker)
	b.pull(t, 1)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_error IS NULL AND pulls_tag IS NOT NULL"))
}

func TestPull_SkipDeploy_LeavesWhatIsUnderWayAndSaysSo(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)

	skipped := b.hub.push(b.hub.Repository, "feature", "words [skip deploy]")
	b.hub.push(b.hub.Repository, "late", "[skip deploy]")
	late := b.hub.server.OpenPull(b.hub.Repository, fakegithub.Pull{Head: "late", Title: "Late"})
	b.pollPulls(t, worker)
	b.exec(t, "UPDATE projects SET pulls_tag = NULL")
	b.pollPulls(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))
	require.Equal(t, stateQueued, b.newestOf(t, b.pull(t, number)).State)
	b.hasNoPreview(t, pullRef(late))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM project_events WHERE kind = 'skipped'"))
	require.Contains(t, b.messages(t), "Commit "+skipped[:7]+" of pull request 1 was not deployed, as its message says [skip deploy].")

	next, first := b.hub.push(b.hub.Repository, "feature", "more"), b.hub.push(b.hub.Repository, "late", "more")
	b.pollPulls(t, worker)
	require.Equal(t, next, *b.newestOf(t, b.pull(t, number)).CommitSHA)
	require.Equal(t, first, *b.newestOf(t, b.pull(t, late)).CommitSHA)
}

func TestPull_ManyFromForks_LeaveTheRoomOfTheProjectsOwn(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	fork := b.hub.server.Fork(b.hub.Repository, githubtest.Stranger)

	commits := map[int64]string{}

	for i := range maxPreviews + 1 {
		number, commit := b.hub.open(fmt.Sprintf("spam-%d", i), fork)
		commits[number] = commit
	}

	b.pollPulls(t, worker)
	require.Equal(t, maxPreviews, b.count(t, "SELECT count(*) FROM environments WHERE is_fork"), "they are bounded, too")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_error LIKE 'Pull requests without a preview: #1.%3 previews%'"))

	approve := func(number int64) error {
		_, err := b.deployments.Approve(b.ctx, ApproveRequest{EnvironmentID: b.pull(t, number).ID, Commit: commits[number]})

		return err
	}

	for range maxPreviews - 1 {
		number, _ := b.hub.open(fmt.Sprintf("own-%d", len(commits)), 0)
		commits[number] = ""
	}

	b.pollPulls(t, worker)
	require.Equal(t, maxPreviews-1, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND NOT is_fork"))

	// One that was approved is the project's own, and another one waits in its place.
	require.NoError(t, approve(2))
	b.pollPulls(t, worker)
	b.pull(t, 1)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_error IS NULL"))

	requireConflict(t, approve(1), "This project has 3 previews, which is as many as it can have.")
	require.NoError(t, b.deployments.EndPreview(b.ctx, b.project, b.pull(t, 2).ID, "", nil))
	require.NoError(t, approve(1))
}

func TestPull_SettingChanges_PreviewsOfBranchesAndPullsLeaveEachOtherAlone(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	worker := b.newWorker(t)

	// The branches are those of a remote in memory, the pull requests are GitHub's.
	ofRemote := func(look func()) {
		b.exec(t, "UPDATE projects SET github_repository_id = NULL")
		look()
		b.exec(t, "UPDATE projects SET github_repository_id = (SELECT id FROM github_repositories)")
	}

	ofRemote(func() {
		b.withPreviews(t, worker)
		b.pushBranch(t, worker, "feature", commitB)
	})

	// From branches to pull requests: the branch's preview stays as long as its time, beside that of its pull request.
	b.exec(t, "UPDATE projects SET previews = 'off'")
	b.withPulls(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)
	require.NotEqual(t, b.preview(t, "feature").ID, b.pull(t, number).ID)

	// And back.
	b.exec(t, "UPDATE projects SET previews = 'branches', pull_request_previews = false")
	ofRemote(func() { b.pushBranch(t, worker, "feature", commitC) })
	b.pull(t, number)
	b.pollPulls(t, worker)
	b.pull(t, number)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM branches WHERE name = $1", pullRef(number)))

	// Both at once, as the version before can leave it.
	b.exec(t, "UPDATE projects SET pull_request_previews = true")
	ofRemote(func() { b.poll(t, worker) })
	b.pollPulls(t, worker)
	b.preview(t, "feature")
	b.pull(t, number)
}

func TestPull_ProjectChangesWhileGitHubIsAsked_NothingIsDone(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	b.hub.open("feature", 0)

	b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/pulls", Times: 1, Strike: func(http.ResponseWriter, *http.Request) bool {
		b.exec(t, "UPDATE projects SET pull_request_previews = false")

		return false
	}})
	b.pollPulls(t, worker)
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_tag IS NULL"))
}

func TestPull_UnchangedAnswer_CostsNothingAndErrorsAreSaid(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	b.hub.open("feature", 0)
	b.pollPulls(t, worker)

	used := func() int {
		return lo.SumBy(lo.Values(b.hub.server.Usage()), func(u fakegithub.Usage) int { return u.Requests - u.NotModified })
	}
	before := used()

	for range 5 {
		b.pollPulls(t, worker)
	}

	require.Equal(t, before, used())

	// What passes by itself is an error of the poll; what does not is said in the project.
	rows, err := b.queries.ListProjectsWithPulls(b.ctx)
	require.NoError(t, err)
	app, err := b.github.Current(b.ctx)
	require.NoError(t, err)

	poll := func() error {
		return worker.pollPulls(b.ctx, app.Installation(b.hub.Installation), rows[0].GithubRepository, []database.Project{rows[0].Project})
	}

	remove := b.hub.server.AddFault(fakegithub.Fault{Strike: fakegithub.Unicorn})
	require.Equal(t, github.Unavailable, github.ReasonOf(poll()))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_error IS NULL"))
	remove()

	b.hub.server.DeleteRepository(b.hub.Repository)
	require.Equal(t, github.NotFound, github.ReasonOf(poll()))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_error LIKE 'GitHub does not have this%'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND deleted_at IS NULL"), "what GitHub does not show is not gone")
}

func TestPull_AmongMoreThanGitHubTellsOf_EndsAllTheSame(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)

	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.ClosePull(b.hub.Repository, number)

	for range fullPage {
		b.hub.server.Clock.Advance(time.Second)

		other := b.hub.server.OpenPull(b.hub.Repository, fakegithub.Pull{Head: "feature"})
		b.hub.server.ClosePull(b.hub.Repository, other)
	}

	b.pollPulls(t, worker)
	b.hasNoPreview(t, pullRef(number))
}

func TestPull_InstallationWithVeryManyRepositories_IsAskedForSomeInARound(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.PollInterval = 6 * time.Second

	rows := lo.Times(100, func(n int) database.ListProjectsWithPullsRow {
		return database.ListProjectsWithPullsRow{Installation: int64(n % 2), GithubRepository: database.GithubRepository{ID: id.New()}}
	})
	// Two projects of one repository are asked for together.
	rows = append(rows, rows[0])

	require.Len(t, worker.pullsToAsk(rows), 2*20)
	require.Len(t, worker.pullsToAsk([]database.ListProjectsWithPullsRow{rows[0], rows[100]}), 1)
	require.Empty(t, worker.pullsToAsk(nil))
}
