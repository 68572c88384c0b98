package workflows

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

func TestSkipMark(t *testing.T) {
	t.Parallel()

	for message, want := range map[string]bool{
		"Fix a typo [skip deploy]":                true,
		"Fix a typo\n\nIn words. [Deploy Skip]\n": true,
		"[SKIP-DEPLOY] later":                     true,
		"skip deploy":                             false,
		"[skip ci] only for tests":                false,
		"[skip deployment]":                       false,
	} {
		require.Equal(t, want, skipMark.MatchString(message), message)
	}
}

func TestPollGitHub_SkipDeploy_DeploysNothingAndSaysSo(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET previews = 'branches'")
	b.pass(t, 10*time.Second)

	skipped := b.push(t, "main", fakegithub.Commit{Message: "Words\n\n[skip deploy]"})
	b.push(t, "feature", fakegithub.Commit{Message: "[deploy skip] not yet"})
	b.pass(t, 30*time.Second)
	require.Len(t, b.deployed(t, "main"), 1)
	require.Empty(t, b.deployed(t, "feature"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview'"))
	require.Len(t, b.events(t, "skipped"), 2)
	require.Contains(t, b.events(t, "skipped"), fmt.Sprintf("Commit %s of branch main was not deployed, as its message says [skip deploy].", skipped[:7]))

	next, feature := b.push(t, "main", fakegithub.Commit{}), b.push(t, "feature", fakegithub.Commit{})
	b.pass(t, 20*time.Second)
	require.Equal(t, []string{b.Commit, next}, b.deployed(t, "main"))
	require.Equal(t, []string{feature}, b.deployed(t, "feature"))
}

func TestPollGitHub_ManyNewBranches_GitHubIsAskedOnlyAboutThoseThatThereIsRoomFor(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET previews = 'branches'")
	b.pass(t, 10*time.Second)

	var asked atomic.Int32

	b.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/*/commits/*", Strike: func(http.ResponseWriter, *http.Request) bool {
		asked.Add(1)

		return false
	}})

	const skipped, others = 2 * maxPreviews, 25

	for n := range skipped {
		b.push(t, fmt.Sprintf("a%02d", n), fakegithub.Commit{Message: "[skip deploy]"})
	}

	for n := range others {
		b.push(t, fmt.Sprintf("b%02d", n), fakegithub.Commit{})
	}

	b.pass(t, time.Minute)
	require.Len(t, b.events(t, "skipped"), skipped)
	require.Equal(t, maxPreviews, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview'"))
	require.Contains(t, b.trouble(t), fmt.Sprintf("Branches without a preview: b03, b04, b05 and %d more", others-2*maxPreviews))
	require.EqualValues(t, skipped+maxPreviews, asked.Load())
}

func TestPollGitHub_IgnoredPaths(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET ignored_paths = '{docs/**,*.md}'")
	b.pass(t, 10*time.Second)

	write := func(paths ...string) fakegithub.Commit {
		files := map[string]string{}
		for _, path := range paths {
			files[path] = fmt.Sprint(b.server.Clock.Now(), path)
		}

		return fakegithub.Commit{Files: fakegithub.Text(files)}
	}

	b.push(t, "main", write("README.md", "docs/a/b.txt"))
	b.pass(t, 10*time.Second)
	require.Len(t, b.deployed(t, "main"), 1)
	require.Contains(t, b.events(t, "skipped")[0], "as it changes nothing but ignored paths")

	code := b.push(t, "main", write("README.md", "main.go"))
	b.push(t, "main", write("docs/c.txt"))
	both := b.push(t, "main", write("docs/d.txt"))
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{b.Commit, both}, b.deployed(t, "main"), "code came with it since the last deployment: "+code)

	b.push(t, "main", write("docs/e.txt"))
	b.pass(t, 10*time.Second)
	require.Len(t, b.deployed(t, "main"), 2)

	// What takes commits away is deployed, whatever it changes beside that.
	b.server.MoveBranch(b.Repository, "main", b.Commit)
	back := b.push(t, "main", write("docs/f.txt"))
	b.pass(t, 10*time.Second)
	require.Equal(t, []string{b.Commit, both, back}, b.deployed(t, "main"))

	nested := b.push(t, "main", write("sub/README.md"))
	b.pass(t, 10*time.Second)
	require.Contains(t, b.deployed(t, "main"), nested, "*.md is for the top alone")
}

func TestPollGitHub_IgnoredPaths_MoreFilesThanGitHubNames_IsDeployed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET ignored_paths = '{docs/**}'")
	b.pass(t, 10*time.Second)

	files := map[string]string{}
	for n := range 310 {
		files[fmt.Sprintf("docs/%d", n)] = "text"
	}

	pushed := b.push(t, "main", fakegithub.Commit{Files: fakegithub.Text(files)})
	b.pass(t, 10*time.Second)
	require.Contains(t, b.deployed(t, "main"), pushed)
}

func TestPollGitHub_IgnoredPaths_FailedDeploymentBefore_IsDeployed(t *testing.T) {
	t.Parallel()

	b := setupPolling(t)
	b.exec(t, "UPDATE projects SET ignored_paths = '{docs/**}'")
	b.pass(t, 10*time.Second)
	b.exec(t, "UPDATE deployments SET state = 'failed'")

	pushed := b.push(t, "main", fakegithub.Commit{Files: fakegithub.Text(map[string]string{"docs/a": "text"})})
	b.pass(t, 10*time.Second)
	require.Contains(t, b.deployed(t, "main"), pushed)
}

func TestPoll_OtherRemote_SkipDeploy_IsCancelledWhenItIsFetched(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.activities.message = "Words only\n\n[skip deploy]"
	worker := b.work(t)
	b.exec(t, "UPDATE projects SET auto_deploy = true")
	b.poll(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployments WHERE state = 'cancelled' AND error_message LIKE '%[skip deploy]%'")

	b.poll(t, worker)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments"))

	// Somebody who asks for it gets it.
	b.await(t, b.create(t).ID, stateLive)
}
