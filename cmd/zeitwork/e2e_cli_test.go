package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

	code, stdout, stderr = p.commandIn(t, r.Dir, "restart")
	require.Equal(t, exitOK, code, "%s\n%s", stdout, stderr)
	require.Contains(t, stdout, ": 1 healthy.")
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
