package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestDeploy_OnePush_BecomesOneLiveURL(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("one"))
	project := p.project(t, r, func(b *client.CreateProjectInputBody) { b.AutoDeploy = new(true) })

	require.Eventually(t, func() bool {
		answer, err := p.get(t.Context(), project, "/")

		return err == nil && answer.Body == "one"
	}, deployTime, 50*time.Millisecond, "the first commit was not deployed")

	commit := r.push(serving("two"))

	require.Eventually(t, func() bool {
		answer, err := p.get(t.Context(), project, "/")

		return err == nil && answer.Body == "two"
	}, deployTime, 50*time.Millisecond, "the push was not deployed")

	answer, err := p.client.ListDeploymentsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)
	require.Len(t, answer.JSON200.Items, 2)
	require.Equal(t, commit, *answer.JSON200.Items[0].CommitSHA)
	require.Equal(t, client.DeploymentTrigger("push"), answer.JSON200.Items[0].Trigger)
}

func TestDeploy_Timeline_TellsEveryStep(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	d := p.live(t, p.project(t, newRepository(t, serving("x"))))

	require.NotNil(t, d.Timeline)
	steps := lo.Map(*d.Timeline, func(s client.StepAttempt, _ int) string { return s.Step })
	require.Equal(t, []string{"clone", "detect", "build", "push", "schedule", "health_check", "flip_route"}, lo.Uniq(steps))

	for _, step := range *d.Timeline {
		require.Equal(t, client.StepAttemptState("succeeded"), step.State)
		require.NotNil(t, step.EndedAt)
		require.False(t, step.EndedAt.Before(step.StartedAt), "%s ended before it started", step.Step)
		require.NotEmpty(t, step.Worker)
	}
}

func TestDeploy_Newer_RetiresTheOlderAndLeavesNothing(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("old"))
	project := p.project(t, r)
	old := p.live(t, project)

	// Otherwise nothingLeft below would prove nothing.
	there := strings.Join(p.onNode(t, old.ID), "\n")
	for _, kind := range []string{"container ", "snapshot ", "image ", "mount ", "interface "} {
		require.Contains(t, there, kind)
	}

	r.push(serving("new"))
	p.live(t, project)
	p.answers(t, project, "new")

	require.Eventually(t, func() bool { return p.deployment(t, old.ID).State == "retired" }, time.Minute, 50*time.Millisecond)
	p.nothingLeft(t, old.ID)
}

func TestRollback_GoesBackByImage_WithoutABuild(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("good"))
	project := p.project(t, r)
	good := p.live(t, project)

	r.push(serving("bad"))
	p.live(t, project)

	answer, err := p.client.RollbackWithResponse(t.Context(), good.ID, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	d := p.ended(t, answer.JSON201.ID)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v", d.Error)
	require.Equal(t, good.ImageDigest, d.ImageDigest)
	p.answers(t, project, "good")

	steps := lo.Map(*d.Timeline, func(s client.StepAttempt, _ int) string { return s.Step })
	require.NotContains(t, steps, "build")
}

// cancelledSleep is for how many seconds the cancelled build sleeps: no other process on the machine sleeps for that number.
const cancelledSleep = "120.0625"

func TestCancel_DuringTheBuild_EndsItAndLeavesNothing(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	project := p.project(t, newRepository(t, serving("x").with("Dockerfile", "FROM node:22-slim\nRUN echo started && sleep "+cancelledSleep+"\n")))
	d := p.create(t, project)

	require.Eventually(t, func() bool { return len(sleepers(t)) > 0 }, deployTime, 10*time.Millisecond, "the build does not begin")

	began := time.Now()
	answer, err := p.client.CancelDeploymentWithResponse(t.Context(), d.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode(), "%s", answer.Body)

	require.Eventually(t, func() bool { return len(sleepers(t)) == 0 }, deployTime, 5*time.Millisecond, "the build runs on")
	t.Logf("the build's process had ended %s after the request", time.Since(began).Round(time.Millisecond))

	require.Equal(t, client.DeploymentState("cancelled"), p.ended(t, d.ID).State)
	p.nothingLeft(t, d.ID)
}

// sleepers are the processes on this machine that sleep as long as the cancelled build's.
func sleepers(t *testing.T) []string {
	t.Helper()

	commandLines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)

	return lo.Filter(commandLines, func(path string, _ int) bool {
		content, _ := os.ReadFile(path) // The process may have ended meanwhile.

		return string(content) == "sleep\x00"+cancelledSleep+"\x00"
	})
}

func TestDeploy_TwoQuickPushes_TheNewerWins(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("first"))
	project := p.project(t, r)

	first := p.create(t, project)

	r.push(serving("second"))
	second := p.create(t, project)

	require.Equal(t, client.DeploymentState("live"), p.ended(t, second.ID).State)
	p.answers(t, project, "second")
	require.Contains(t, []client.DeploymentState{"superseded", "retired", "live"}, p.ended(t, first.ID).State)
	require.NotEqual(t, client.DeploymentState("live"), p.deployment(t, first.ID).State)
}

// canary is a value that must never be seen outside of the VM that it is for.
const canary = "canary-4f0c9d2e7b61a853"

func TestSecrets_StandNowhereButInTheVM(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	project := p.project(t, newRepository(t, running(`
require("node:http").createServer((_, r) => r.end(process.env.CANARY)).listen(process.env.PORT);`).with("Dockerfile", `FROM node:22-slim
WORKDIR /app
COPY server.js ./
RUN --mount=type=secret,id=CANARY cat /run/secrets/CANARY
EXPOSE 3000
CMD ["node", "server.js"]
`)))

	p.setVariable(t, project, "CANARY", canary)
	d := p.live(t, project)
	p.answers(t, project, canary)

	require.NotContains(t, p.buildLog(t, d.ID), canary)
	require.Contains(t, p.buildLog(t, d.ID), "[redacted]", "the build has written it")

	shown, err := json.Marshal(p.deployment(t, d.ID))
	require.NoError(t, err)
	require.NotContains(t, string(shown), canary)

	p.nowhere(t, canary)
}
