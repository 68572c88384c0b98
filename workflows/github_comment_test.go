package workflows

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// withoutMarkers are comments without the line by which they are found.
func withoutMarkers(comments []string) []string {
	return lo.Map(comments, func(comment string, _ int) string {
		_, body, _ := strings.Cut(comment, "\n")

		return body
	})
}

func TestComment_FollowsThePreviewOfThePullRequest(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, commit := b.hub.open("feature", 0)
	b.pollPulls(t, worker)

	d := b.newestOf(t, b.pull(t, number))
	row := func(state, address string) string {
		return "### Preview of app\n\n| Deployment | Preview | Commit |\n| --- | --- | --- |\n| [" + state +
			"](https://zeitwork.example/deployments/" + d.ID.String() + ") | " + address + " | `" + commit[:12] + "` |\n"
	}

	_, status := b.reportAs(t, worker, d.ID, stateDeploying)
	require.Equal(t, "zeitwork/app/preview", status.Context)

	comments := b.comments(t, worker, number)
	require.Equal(t, []string{row("Being deployed", "none yet")}, withoutMarkers(comments))
	require.True(t, strings.HasPrefix(comments[0], "<!-- zeitwork:"+b.project.String()+" -->\n"))

	_, _ = b.reportAs(t, worker, d.ID, stateLive)
	require.Equal(t, []string{row("Live", "https://app-pr-1.example.com")}, withoutMarkers(b.comments(t, worker, number)))
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE comment_due_at IS NOT NULL"))

	b.hub.server.Clock.Advance(time.Second)
	b.hub.server.MergePull(b.hub.Repository, number)
	b.pollPulls(t, worker)
	require.Equal(t, []string{"### Preview of app\n\nThe preview was removed.\n"}, withoutMarkers(b.comments(t, worker, number)))
}

func TestComment_ProjectIsDeleted_SaysThatThePreviewIsGone(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)
	require.Empty(t, b.comments(t, worker, number))

	b.exec(t, "UPDATE environments SET comment_due_at = now() WHERE kind = 'preview'")
	require.Len(t, b.comments(t, worker, number), 1)
	b.exec(t, "UPDATE projects SET deleted_at = now()")
	require.NoError(t, b.queries.MarkPreviewsDeleted(b.ctx, b.project))
	require.Contains(t, b.comments(t, worker, number)[0], "The preview was removed.")
}

func TestComment_HostileTexts_ChangeNothingAroundThem(t *testing.T) {
	t.Parallel()

	const hostile = "</td><script>alert(1)</script> [x](javascript:alert(1)) @acme/everyone #1 | `'; DROP TABLE projects; --` $(rm -rf /) \x1b[2J\u202e\n```\n# Owned\n````\n<img src=x>"

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)

	b.hub.server.AddUser("--help")

	fork := b.hub.server.Fork(b.hub.Repository, githubtest.Stranger)
	branch := "`x|y`<b>$(id);'--"
	commit := b.hub.push(fork, branch, hostile)
	number := b.hub.server.OpenPull(b.hub.Repository, fakegithub.Pull{Head: branch, HeadRepository: fork, Title: hostile, User: "--help"})
	b.pollPulls(t, worker)

	preview := b.pull(t, number)
	require.Equal(t, branch, *preview.HeadBranch)
	require.Equal(t, hostile, *preview.PullRequestTitle)
	require.Equal(t, "--help", *preview.PullRequestAuthor)
	require.NotContains(t, b.messages(t), "script")

	d, err := b.deployments.Approve(b.ctx, ApproveRequest{EnvironmentID: preview.ID, Commit: commit})
	require.NoError(t, err)
	b.exec(t, "UPDATE deployments SET error_code = 'invalid', error_message = $2, commit_message = $2, commit_author = $2 WHERE id = $1", d.ID, hostile)
	_, _ = b.reportAs(t, worker, d.ID, stateFailed)

	body := withoutMarkers(b.comments(t, worker, number))[0]
	head, code, found := strings.Cut(body, "\n`````text\n")
	require.True(t, found, body)
	require.NotContains(t, head, "script")
	require.NotContains(t, head, "x|y")
	require.True(t, strings.HasSuffix(code, "\n`````\n"), code)
	require.NotContains(t, strings.TrimSuffix(code, "\n`````\n"), "`````", "nothing ends the block")
	require.NotContains(t, body, "\x1b")
	require.NotContains(t, body, "\u202e")
}

func TestComment_AnswerIsLostOrGitHubIsAway_IsWrittenOnceInTheEnd(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)

	preview := b.pull(t, number)
	due := func() { b.exec(t, "UPDATE environments SET comment_due_at = now() WHERE id = $1", preview.ID) }

	due()

	posted := false
	remove := b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/issues/*/comments", Strike: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && !posted {
			posted = true
			b.hub.server.AddFault(fakegithub.Fault{Path: r.URL.Path, Times: 1, Lose: true})
		}

		return false
	}})
	require.Empty(t, b.reportError(t))
	require.Len(t, b.comments(t, worker, number), 1, "GitHub has it, and we do not know")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE comment_due_at > now()"), "it is tried again later")
	remove()

	due()
	require.Len(t, b.comments(t, worker, number), 1)
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE comment_due_at IS NOT NULL"))

	due()
	remove = b.hub.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/", Strike: fakegithub.SecondaryLimit})
	require.Len(t, b.comments(t, worker, number), 1)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE comment_due_at > now()"))
	remove()
	b.hub.server.Clock.Advance(time.Hour)

	// Nobody but somebody can change a permission: it is said, and left.
	due()
	b.hub.server.SetPermissions(b.hub.Installation, map[string]string{"contents": "read", "metadata": "read"})
	b.hub.server.Clock.Advance(2 * time.Hour)
	require.Len(t, b.comments(t, worker, number), 1)
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE comment_due_at IS NOT NULL"))
	require.Contains(t, b.reportError(t), "lacks a permission")
}

func TestComment_ChangesWhileItIsWritten_IsWrittenAgain(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.newWorker(t)
	number, _ := b.hub.open("feature", 0)
	b.pollPulls(t, worker)
	b.exec(t, "UPDATE environments SET comment_due_at = now() WHERE kind = 'preview'")

	b.hub.server.AddFault(fakegithub.Fault{
		Path: "/api/v3/repositories/*/issues/*/comments", Times: 1, Strike: func(http.ResponseWriter, *http.Request) bool {
			b.exec(t, "UPDATE environments SET comment_due_at = now() WHERE kind = 'preview'")

			return false
		},
	})
	b.comments(t, worker, number)

	due, err := b.queries.ListDueComments(b.ctx)
	require.NoError(t, err)
	require.Len(t, due, 1)
}

func TestComment_ThePlatformRuns_IsWrittenByItself(t *testing.T) {
	t.Parallel()

	b := setupGithub(t)
	b.withPulls(t)
	worker := b.work(t)
	b.reconciling(t, worker)

	number, _ := b.hub.open("feature", 0)
	require.NoError(t, worker.pollAllPulls(b.ctx, nil))

	require.Eventually(t, func() bool {
		comments := b.hub.server.Comments(b.hub.Repository, number)

		return len(comments) == 1 && strings.Contains(comments[0], "https://app-pr-1.example.com")
	}, patienceOfTests, 10*time.Millisecond)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE github_reported = 'live'")

	// No field of a deployment that the platform's own work reads has been touched.
	require.Equal(t, stateLive, b.newestOf(t, b.pull(t, number)).State)
}
