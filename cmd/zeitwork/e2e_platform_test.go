package main_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

// deployTime bounds every deployment of a test: builds share two cores with the other tests.
const deployTime = 3 * time.Minute

// platform is the running platform as a user sees it.
type platform struct {
	apiURL  string
	edgeURL string
	token   string
	binary  string
	client  *client.ClientWithResponses
}

// project makes a project of the repository with a name of its own. Pushes are not deployed unless asked for.
func (p *platform) project(t *testing.T, r *repository, change ...func(*client.CreateProjectInputBody)) client.Project {
	t.Helper()

	body := client.CreateProjectInputBody{
		Name:          "test-" + strings.ReplaceAll(id.New().String(), "-", ""),
		RepositoryURL: r.URL(),
		AutoDeploy:    new(bool),
		MemoryBytes:   lo.ToPtr[int64](128 << 20),
		CPUMillis:     lo.ToPtr[int64](500),
	}
	for _, f := range change {
		f(&body)
	}

	answer, err := p.client.CreateProjectWithResponse(t.Context(), nil, body)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	// The VMs that are left would take the room of the tests that come later.
	t.Cleanup(func() {
		_, err := p.client.DeleteProjectWithResponse(context.WithoutCancel(t.Context()), answer.JSON201.ID, &client.DeleteProjectParams{ForGood: new(true)})
		require.NoError(t, err)
	})

	return *answer.JSON201
}

func (p *platform) setVariable(t *testing.T, project client.Project, name, value string) {
	t.Helper()

	answer, err := p.client.SetEnvironmentVariableWithResponse(t.Context(), project.ID, name, nil, client.SetEnvironmentVariableInputBody{Value: value})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode(), "%s", answer.Body)
}

// create starts a deployment of the project's branch.
func (p *platform) create(t *testing.T, project client.Project, change ...func(*client.CreateDeploymentInputBody)) client.Deployment {
	t.Helper()

	body := client.CreateDeploymentInputBody{}
	for _, f := range change {
		f(&body)
	}

	answer, err := p.client.CreateDeploymentWithResponse(t.Context(), project.ID, nil, body)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)

	return *answer.JSON201
}

func (p *platform) deployment(t *testing.T, deployment uuid.UUID) client.Deployment {
	t.Helper()

	answer, err := p.client.GetDeploymentWithResponse(t.Context(), deployment)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

// ended waits until the deployment is live, failed, cancelled or superseded.
func (p *platform) ended(t *testing.T, deployment uuid.UUID) client.Deployment {
	t.Helper()

	return p.endedWithin(t, deployment, deployTime)
}

func (p *platform) endedWithin(t *testing.T, deployment uuid.UUID, limit time.Duration) client.Deployment {
	t.Helper()

	var d client.Deployment

	require.Eventually(t, func() bool {
		d = p.deployment(t, deployment)

		return d.State != "queued" && d.State != "deploying"
	}, limit, 50*time.Millisecond, "the deployment does not end")

	return d
}

// live deploys and requires that it goes live.
func (p *platform) live(t *testing.T, project client.Project) client.Deployment {
	t.Helper()

	d := p.ended(t, p.create(t, project).ID)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v\n%s", d.Error, p.buildLog(t, d.ID))

	return d
}

// failed deploys and requires that it fails; it returns the deployment.
func (p *platform) failed(t *testing.T, project client.Project, change ...func(*client.CreateDeploymentInputBody)) client.Deployment {
	t.Helper()

	d := p.ended(t, p.create(t, project, change...).ID)
	require.Equal(t, client.DeploymentState("failed"), d.State)
	require.NotNil(t, d.Error)

	return d
}

func (p *platform) buildLog(t *testing.T, deployment uuid.UUID) string {
	t.Helper()

	answer, err := p.client.ListBuildLogsWithResponse(t.Context(), deployment, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return strings.Join(lo.Map(answer.JSON200.Items, func(l client.LogLine, _ int) string { return l.Line }), "\n")
}

func (p *platform) runtimeLines(t *testing.T, deployment uuid.UUID) []string {
	t.Helper()

	answer, err := p.client.ListRuntimeLogsWithResponse(t.Context(), deployment, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return lo.Map(answer.JSON200.Items, func(l client.LogLine, _ int) string { return l.Line })
}

// get asks the edge for a path of the project's hostname, as what ends TLS in production does.
func (p *platform) get(ctx context.Context, project client.Project, path string) (rig.Answer, error) {
	host := strings.TrimPrefix(strings.TrimPrefix(project.URL, "http://"), "https://")

	return rig.Transport{Host: host, HTTPS: true}.Ask(ctx, http.MethodGet, p.edgeURL+path, nil)
}

// answers requires that the project's URL answers with the text, within the second that a flip may take to be seen.
func (p *platform) answers(t *testing.T, project client.Project, text string) {
	t.Helper()

	var seen string

	require.Eventually(t, func() bool {
		answer, err := p.get(t.Context(), project, "/")
		seen = answer.Body

		return err == nil && answer.Status == http.StatusOK && seen == text
	}, 5*time.Second, 5*time.Millisecond, "the edge does not answer %q", text)

	require.Equal(t, text, seen)
}

// command runs the CLI and returns its exit code and what it printed.
func (p *platform) command(t *testing.T, arguments ...string) (int, string, string) {
	t.Helper()

	return p.commandIn(t, "", arguments...)
}

// commandIn is command in a directory; empty: the test's own.
func (p *platform) commandIn(t *testing.T, dir string, arguments ...string) (int, string, string) {
	t.Helper()

	var stdout, stderr bytes.Buffer

	command := exec.CommandContext(t.Context(), p.binary, arguments...)
	command.Env = append(command.Environ(), "ZEITWORK_API_URL="+p.apiURL, "ZEITWORK_TOKEN="+p.token, "XDG_CONFIG_HOME="+t.TempDir())
	command.Dir, command.Stdout, command.Stderr = dir, &stdout, &stderr

	err := command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), stdout.String(), stderr.String()
	}

	require.NoError(t, err)

	return 0, stdout.String(), stderr.String()
}
