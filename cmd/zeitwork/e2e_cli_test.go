package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/rig"
)

// The exit codes of the CLI, as its help documents them.
const (
	exitOK               = 0
	exitUsage            = 2
	exitDeploymentFailed = 3
	exitSignedOut        = 5
)

func TestCLI_Deploy_ShowsTheStepsAndEndsWithTheURL(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("from the command line"))

	code, stdout, stderr := p.command(t, "deploy", r.Dir)
	require.Equal(t, exitUsage, code, "nobody has said that a project may be made: %s\n%s", stdout, stderr)

	code, stdout, stderr = p.command(t, "deploy", r.Dir, "--yes")
	require.Equal(t, exitOK, code, "%s\n%s", stdout, stderr)

	for _, step := range []string{"clone", "detect", "build", "push", "schedule", "health_check", "flip_route"} {
		require.Contains(t, stdout+stderr, step)
	}

	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Contains(t, lines[len(lines)-1], "http://")

	// The link that it wrote names the project from now on.
	code, stdout, stderr = p.commandIn(t, r.Dir, "status")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, lines[len(lines)-1])
	require.Contains(t, stdout, "1 healthy")

	p.requireRequestIsShown(t, r.Dir, lines[len(lines)-1])

	code, stdout, stderr = p.commandIn(t, r.Dir, "restart")
	require.Equal(t, exitOK, code, "%s\n%s", stdout, stderr)
	require.Contains(t, stdout, ": 1 healthy.")
}

// requireRequestIsShown asks the app that is linked in a folder for a page, and finds the request beside its log.
func (p *platform) requireRequestIsShown(t *testing.T, dir, url string) {
	t.Helper()

	_, rest, _ := strings.Cut(url, "http://")
	host := strings.Fields(rest)[0]

	answer, err := rig.Transport{Host: host, HTTPS: true}.Ask(t.Context(), http.MethodGet, p.edgeURL+"/seen?token=hidden", nil)
	require.NoError(t, err)

	shown := ""

	require.Eventually(t, func() bool {
		_, shown, _ = p.commandIn(t, dir, "logs", "--requests", "--grep", "/seen")

		return strings.Contains(shown, " "+strconv.Itoa(answer.Status)+" ") && strings.Contains(shown, " GET /seen\n")
	}, 20*time.Second, 100*time.Millisecond, "%s", shown)
	require.NotContains(t, shown, "hidden")
}

func TestCLI_Deploy_AppThatFails_EndsWithTheReasonAndItsOwnExitCode(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("x").with("Dockerfile", "FROM node:22-slim\nRUN echo the rea''son >&2; exit 9\n"))

	code, stdout, stderr := p.command(t, "deploy", r.Dir, "--yes")
	require.Equal(t, exitDeploymentFailed, code, "%s\n%s", stdout, stderr)
	require.Contains(t, stdout+stderr, "the reason", "what the step wrote, not how it is spelt in the Dockerfile")
}

func TestCLI_WithoutAToken_SaysHowToSignIn(t *testing.T) {
	t.Parallel()

	p := *startPlatform(t)
	p.token = ""

	code, _, stderr := p.command(t, "projects", "list")
	require.Equal(t, exitSignedOut, code)
	require.Contains(t, stderr, "zeitwork login")
}

func TestCLI_UnknownFlag_IsAUsageError(t *testing.T) {
	t.Parallel()

	code, _, stderr := startPlatform(t).command(t, "projects", "list", "--nonsense")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "nonsense")
}

func TestCLI_Detect_ExplainsWithoutAPlatform(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o600))

	code, stdout, stderr := p.command(t, "detect", dir, "--json")
	require.Equal(t, exitOK, code, stderr)

	var found struct {
		Framework string `json:"framework"`
		Reason    string `json:"reason"`
		Port      int    `json:"port"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &found))
	require.Equal(t, "dockerfile", found.Framework)
	require.Equal(t, 3000, found.Port)
	require.NotEmpty(t, found.Reason)
}
