package main_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// Each of these ends as failed, with words that tell the user what to change.
func TestDeploy_BadInput_FailsWithWordsThatHelp(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)

	cases := map[string]struct {
		app app
		// prepare changes the repository after its first commit.
		prepare func(r *repository)
		project func(*client.CreateProjectInputBody)
		deploy  func(*client.CreateDeploymentInputBody)
		// words must all stand in the message, and output among the last lines.
		words, output []string
	}{
		"a repository that is not there": {
			app:     serving("x"),
			project: func(b *client.CreateProjectInputBody) { b.RepositoryURL = "file:///nowhere/at/all" },
			words:   []string{"no repository", "/nowhere/at/all", "settings"},
		},
		"a branch that is not there": {
			app:    serving("x"),
			deploy: func(b *client.CreateDeploymentInputBody) { b.Branch, b.Preview = new("does-not-exist"), new(true) },
			words:  []string{"does-not-exist"},
		},
		"a commit that is not there": {
			app:    serving("x"),
			deploy: func(b *client.CreateDeploymentInputBody) { b.Commit = new(strings.Repeat("ab", 20)) },
			words:  []string{strings.Repeat("ab", 6), "Push"},
		},
		"no Dockerfile and nothing known": {
			app:   app{"README.md": "Nothing here."},
			words: []string{"there is no Dockerfile", "root directory"},
		},
		"a Dockerfile whose RUN fails": {
			app:   serving("x").with("Dockerfile", "FROM node:22-slim\nRUN echo about to fail && exit 7\n"),
			words: []string{"exit", "7", "RUN"},
		},
		"a Dockerfile that cannot be parsed": {
			app:   serving("x").with("Dockerfile", "FROM node:22-slim\nRUNN echo\n"),
			words: []string{"RUNN"},
		},
		"a base image that is not there": {
			app:   serving("x").with("Dockerfile", "FROM no-such-image-anywhere:1\n"),
			words: []string{"no-such-image-anywhere"},
		},
		"a syntax line for an unknown frontend": {
			app:   serving("x").with("Dockerfile", "# syntax=example.com/evil/frontend:1\n"+dockerfile),
			words: []string{"syntax", "example.com/evil/frontend:1"},
		},
		"an app that never listens": {
			app:   running("setInterval(() => {}, 1000)"),
			words: []string{"3000", "listen"},
		},
		"an app that listens on another port": {
			app:   running(`require("node:http").createServer((_, r) => r.end("x")).listen(4567, "0.0.0.0")`),
			words: []string{"3000", "4567"},
		},
		"an app that crashes at once": {
			app:   running(`console.error("no database configured"); process.exit(3)`),
			words: []string{"3"}, output: []string{"no database configured"},
		},
		"an app that answers 500": {
			app:   running(`require("node:http").createServer((_, r) => { r.statusCode = 500; r.end("x") }).listen(process.env.PORT)`),
			words: []string{"500"},
		},
		"a Dockerfile that is a symlink to the outside": {
			app:     serving("x"),
			prepare: func(r *repository) { r.symlink("Dockerfile", "/etc/passwd") },
			words:   []string{"Dockerfile", "not a file inside"},
		},
		"a root directory that is a symlink to the outside": {
			app:     serving("x"),
			prepare: func(r *repository) { r.symlink("app", "/etc") },
			project: func(b *client.CreateProjectInputBody) { b.RootDirectory = new("app") },
			words:   []string{`"app"`, "not a directory inside"},
		},
		"a repository over the size limit": {
			app:   serving("x").with("big.bin", incompressible(sourceLimit+1<<20)),
			words: []string{"larger than 8 MiB", "Remove large files"},
		},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			r := newRepository(t, c.app)
			if c.prepare != nil {
				c.prepare(r)
			}

			project := p.project(t, r, func(b *client.CreateProjectInputBody) {
				if c.project != nil {
					c.project(b)
				}
			})

			d := p.failed(t, project, func(b *client.CreateDeploymentInputBody) {
				if c.deploy != nil {
					c.deploy(b)
				}
			})

			for _, word := range c.words {
				require.Contains(t, d.Error.Message, word)
			}

			require.Subset(t, lo.FromPtr(d.Error.Output), c.output)

			require.NotEqual(t, "internal", d.Error.Code)
			p.nothingLeft(t, d.ID)
		})
	}
}

func TestDeploy_Fails_TheOlderDeploymentServesOn(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("old"))
	project := p.project(t, r)
	old := p.live(t, project)

	r.push(running("process.exit(1)"))
	d := p.failed(t, project)

	p.answers(t, project, "old")
	require.Equal(t, client.DeploymentState("live"), p.deployment(t, old.ID).State)
	p.nothingLeft(t, d.ID)
}

func TestProjects_PathsThatLeaveTheRepository_AreRefused(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("x"))

	for _, path := range []string{"..", "../x", "a/../../x", "/etc"} {
		for what, change := range map[string]func(*client.CreateProjectInputBody){
			"root directory":  func(b *client.CreateProjectInputBody) { b.RootDirectory = &path },
			"Dockerfile path": func(b *client.CreateProjectInputBody) { b.DockerfilePath = &path },
		} {
			body := client.CreateProjectInputBody{Name: "paths", RepositoryURL: r.URL()}
			change(&body)

			answer, err := p.client.CreateProjectWithResponse(t.Context(), nil, body)
			require.NoError(t, err)
			require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode(), "%s %q: %s", what, path, answer.Body)
			require.Contains(t, string(answer.Body), what)
		}
	}
}

func TestEnvironment_NewlinesArriveAndNULIsRefused(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	project := p.project(t, newRepository(t, running(
		`require("node:http").createServer((_, r) => r.end(process.env.MULTILINE)).listen(process.env.PORT)`)))

	p.setVariable(t, project, "MULTILINE", "first\nsecond\n\tthird")

	answer, err := p.client.SetEnvironmentVariableWithResponse(t.Context(), project.ID, "BAD", nil, client.SetEnvironmentVariableInputBody{Value: "a\x00b"})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode())
	require.Contains(t, string(answer.Body), "NUL")

	p.live(t, project)
	p.answers(t, project, "first\nsecond\n\tthird")
}

func TestRuntimeLogs_LineOfAMegabyte_IsCutAndTheAppServesOn(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	project := p.project(t, newRepository(t, running(`
console.log("x".repeat(1 << 20));
console.log("behind it");
require("node:http").createServer((_, r) => r.end("well")).listen(process.env.PORT);`)))

	d := p.live(t, project)
	p.answers(t, project, "well")

	var lines []string

	require.Eventually(t, func() bool {
		lines = p.runtimeLines(t, d.ID)

		return lo.Contains(lines, "behind it")
	}, 10*time.Second, 50*time.Millisecond)

	long, found := lo.Find(lines, func(line string) bool { return strings.HasPrefix(line, "xxxx") })
	require.True(t, found)
	require.Less(t, len(long), 20_000)
	require.Contains(t, long, "left out")
}
