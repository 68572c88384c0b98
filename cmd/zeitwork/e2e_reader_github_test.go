package main_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// readerOfGitHub is a reader whose project is one of a repository on GitHub.
type readerOfGitHub struct {
	reader

	world *githubWorld
}

// readerOnGitHub signs in with GitHub, connects an account, and links the folder of a new reader with a project of its repository.
func readerOnGitHub(t *testing.T, r *reader) *reader {
	t.Helper()

	if r.github != nil {
		return &r.github.reader
	}

	world := newGitHubWorld(t, serving("on GitHub"))
	world.signIn(t)
	world.connect(t)
	project := world.makeProject(t)

	off, err := world.api.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Previews: new(client.ProjectUpdatePreviews("off"))})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, off.StatusCode(), "%s", off.Body)

	token, err := world.api.CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "command line"})
	require.NoError(t, err)
	require.NotNil(t, token.JSON201, "%s", token.Body)

	signedIn := *world.platform
	signedIn.token = token.JSON201.Secret

	r.github = &readerOfGitHub{
		reader: reader{platform: &signedIn, home: t.TempDir(), repository: newRepository(t, app{"README.md": "A clone."}), project: project.Slug, domain: r.domain},
		world:  world,
	}
	r.github.github = r.github

	written, code := r.github.run(t, []string{"login", "--api", r.apiURL}, shown{typesToken: true})
	require.Zero(t, code, written)
	r.github.does(t, "link", project.Slug)

	return &r.github.reader
}

// opensPullFromFork has somebody else open a pull request, and waits until its preview does.
func opensPullFromFork(t *testing.T, r *reader) {
	t.Helper()

	world := r.github.world
	world.github.AddUser("stranger-" + world.user)
	fork := world.github.Fork(world.repository, "stranger-"+world.user)
	r.commit = world.github.Push(fork, "main", fakegithub.Commit{Message: "an idea", Files: fakegithub.Text(serving("from a fork"))})
	world.github.OpenPull(world.repository, fakegithub.Pull{Title: "An idea", Head: "main", HeadRepository: fork})

	require.Eventually(t, func() bool {
		code, environments, _ := r.command(t, "environments", "-p", r.project)

		return code == exitOK && strings.Contains(environments, "pull request 1 (waits for approval)")
	}, deployTime, 100*time.Millisecond, "no preview waits for an approval")
}
