package main_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Texts that a shell, HTML, SQL or a terminal could take for their own.
const (
	hostileMessage = "'; DROP TABLE projects; -- <script>alert(1)</script> $(reboot) `id` \x1b]0;owned\a %s {{.}}"
	hostileBranch  = `feature/$(id)';--<b>&"x`
)

// githubWorld is somebody with a browser, an account on the demo GitHub, and an organization there with a private repository.
type githubWorld struct {
	*platform

	github         *fakegithub.Server
	user, account  string
	repository     int64
	fullName       string
	browser        *rig.Browser
	api            *client.ClientWithResponses
	organisationID uuid.UUID
}

func newGitHubWorld(t *testing.T, files app) *githubWorld {
	t.Helper()

	p := startPlatform(t)
	word := id.New().String()[24:]
	w := &githubWorld{platform: p, github: shared.platform.GitHub(), user: "user-" + word, account: "company-" + word}

	w.github.AddUser(w.user)
	w.github.AddOrganization(w.account, w.user)
	w.repository = w.github.AddRepository(fakegithub.Repository{Owner: w.account, Name: "shop", Private: true, Description: "Sells things"})
	w.fullName = w.account + "/shop"
	w.push("main", hostileMessage, files)

	var err error

	w.browser, err = rig.NewBrowser()
	require.NoError(t, err)

	w.api, err = client.NewClientWithResponses(p.apiURL, client.WithHTTPClient(w.browser.HTTP))
	require.NoError(t, err)

	return w
}

func (w *githubWorld) push(branch, message string, files app) string {
	return w.github.Push(w.repository, branch, fakegithub.Commit{Message: message, Files: fakegithub.Text(files)})
}

// press opens a page, if address names one, and presses a button on it.
func (w *githubWorld) press(t *testing.T, page *rig.Page, button string, fields map[string]string) *rig.Page {
	t.Helper()

	next, err := page.Submit(t.Context(), button, fields)
	require.NoError(t, err)
	require.Less(t, next.Status, http.StatusBadRequest, next.Body)

	return next
}

func (w *githubWorld) open(t *testing.T, address string) *rig.Page {
	t.Helper()

	page, err := w.browser.Open(t.Context(), address)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status, page.Body)

	return page
}

// signIn signs in with GitHub and finds the organisation that a new user gets.
func (w *githubWorld) signIn(t *testing.T) {
	t.Helper()

	page := w.press(t, w.open(t, w.apiURL+"/sign-in"), "Sign in with GitHub", nil)
	require.Contains(t, page.URL.String(), "/login/oauth/authorize")

	page = w.press(t, page, "Authorize", map[string]string{"login": w.user})
	require.True(t, strings.HasPrefix(page.URL.String(), w.apiURL), page.URL.String())

	organisations, err := w.api.ListOrganisationsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, organisations.JSON200, "%s", organisations.Body)
	require.Len(t, organisations.JSON200.Items, 1)
	w.organisationID = organisations.JSON200.Items[0].ID
}

// connect installs the App on the organization and connects it.
func (w *githubWorld) connect(t *testing.T) {
	t.Helper()

	way, err := w.api.ConnectGithubWithResponse(t.Context(), w.organisationID, client.ConnectGitHubInputBody{})
	require.NoError(t, err)
	require.NotNil(t, way.JSON200, "%s", way.Body)

	page := w.press(t, w.open(t, way.JSON200.URL), "Install the GitHub App, or choose its repositories", nil)
	page = w.press(t, page, "Install", map[string]string{"login": w.user, "account": w.account})
	page = w.press(t, page, "Authorize", map[string]string{"login": w.user})
	require.Contains(t, page.Body, w.account+" is connected")
}

// find returns the repository as the platform lists it.
func (w *githubWorld) find(t *testing.T, search string) client.GitHubRepository {
	t.Helper()

	found, err := w.api.ListGithubRepositoriesWithResponse(t.Context(), w.organisationID, &client.ListGithubRepositoriesParams{Search: &search})
	require.NoError(t, err)
	require.NotNil(t, found.JSON200, "%s", found.Body)
	require.Empty(t, found.JSON200.Unlisted)
	require.Len(t, found.JSON200.Items, 1)

	return found.JSON200.Items[0]
}

// detect returns what the platform says of the repository before there is a project.
func (w *githubWorld) detect(t *testing.T) client.Detection {
	t.Helper()

	made, err := w.api.CreateDetectionWithResponse(t.Context(), nil, client.CreateDetectionInputBody{
		OrganisationID: &w.organisationID, GithubRepositoryID: &w.repository,
	})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	var detection client.Detection

	require.Eventually(t, func() bool {
		answer, err := w.api.GetDetectionWithResponse(t.Context(), made.JSON201.ID, &client.GetDetectionParams{WaitSeconds: lo.ToPtr[int64](10)})
		if err != nil || answer.JSON200 == nil {
			return false
		}

		detection = *answer.JSON200

		return detection.State != "queued"
	}, deployTime, time.Millisecond)

	return detection
}

func (w *githubWorld) makeProject(t *testing.T) client.Project {
	t.Helper()

	made, err := w.api.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: w.account, OrganisationID: &w.organisationID, GithubRepositoryID: &w.repository, MemoryBytes: lo.ToPtr[int64](128 << 20),
		CPUMillis: lo.ToPtr[int64](500), Previews: new(client.CreateProjectInputBodyPreviews("pull_requests")),
	})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	t.Cleanup(func() {
		_, err := w.api.DeleteProjectWithResponse(context.WithoutCancel(t.Context()), made.JSON201.ID, &client.DeleteProjectParams{ForGood: new(true)})
		require.NoError(t, err)
	})

	return *made.JSON201
}

// live waits until an environment of the project has the commit live.
func (w *githubWorld) live(t *testing.T, project client.Project, environment uuid.UUID, commit string) client.Deployment {
	t.Helper()

	var newest client.Deployment

	require.Eventually(t, func() bool {
		page, err := w.api.ListDeploymentsWithResponse(t.Context(), project.ID, &client.ListDeploymentsParams{EnvironmentID: &environment})
		if err != nil || page.JSON200 == nil || len(page.JSON200.Items) == 0 {
			return false
		}

		newest = page.JSON200.Items[0]
		require.NotEqual(t, "failed", string(newest.State), "%s", page.Body)

		return newest.State == "live" && lo.FromPtr(newest.CommitSHA) == commit
	}, deployTime, 50*time.Millisecond, "the commit does not go live")

	return newest
}

// shows waits until the URL answers with the text.
func (w *githubWorld) shows(t *testing.T, address, text string) {
	t.Helper()

	w.answers(t, client.Project{URL: address}, text)
}

// status is the latest status that GitHub has of a commit.
func (w *githubWorld) status(commit string) string {
	last, _, _ := lo.FindLastIndexOf(w.github.Statuses(w.repository), func(s fakegithub.CommitStatus) bool { return s.Hash == commit })

	return last.State
}

func (w *githubWorld) previews(t *testing.T, project client.Project) []client.Environment {
	t.Helper()

	page, err := w.api.ListEnvironmentsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.NotNil(t, page.JSON200, "%s", page.Body)

	return lo.Filter(page.JSON200.Items, func(e client.Environment, _ int) bool { return e.Kind == "preview" })
}

func TestGitHub_FromSignInToAMergedPullRequest_NothingIsLeft(t *testing.T) {
	t.Parallel()

	first := serving("one").with(".env.example", "# Where it writes to\nDATABASE_URL=postgres://localhost/shop\n")
	w := newGitHubWorld(t, first)

	w.signIn(t)
	w.connect(t)

	repository := w.find(t, "sells things")
	require.Equal(t, w.fullName, repository.FullName)
	require.True(t, repository.Private)

	detection := w.detect(t)
	require.Equal(t, client.DetectionState("succeeded"), detection.State, "%+v", detection)
	require.Equal(t, []string{"DATABASE_URL"}, lo.Map(detection.Variables, func(v client.WantedVariable, _ int) string { return v.Name }))

	project := w.makeProject(t)
	production := project.ID

	set, err := w.api.SetEnvironmentVariableWithResponse(t.Context(), project.ID, "DATABASE_URL", nil, client.SetEnvironmentVariableInputBody{Value: "postgres://db"})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, set.StatusCode(), "%s", set.Body)

	started, err := w.api.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, started.JSON201, "%s", started.Body)

	// From the repository, of which nothing but the App can read, to a live URL.
	commit := w.github.Head(w.repository, "main")
	deployed := w.live(t, project, production, commit)
	require.Equal(t, hostileMessage, lo.FromPtr(deployed.CommitMessage))
	w.shows(t, project.URL, "one")
	require.Eventually(t, func() bool { return w.status(commit) == "success" }, deployTime, 20*time.Millisecond, "GitHub is not told")

	// A push deploys.
	commit = w.push("main", "second", serving("two"))
	w.live(t, project, production, commit)
	w.shows(t, project.URL, "two")

	// A pull request gets a preview and is told where it is.
	head := w.push(hostileBranch, hostileMessage, serving("preview"))
	pull := w.github.OpenPull(w.repository, fakegithub.Pull{Title: hostileMessage, Head: hostileBranch, User: w.user})

	require.Eventually(t, func() bool { return len(w.previews(t, project)) == 1 }, deployTime, 50*time.Millisecond, "there is no preview")
	preview := w.previews(t, project)[0]
	w.live(t, project, preview.ID, head)
	w.shows(t, preview.URL, "preview")
	w.shows(t, project.URL, "two")

	require.Eventually(t, func() bool {
		comments := w.github.Comments(w.repository, pull)

		return len(comments) == 1 && strings.Contains(comments[0], preview.URL)
	}, deployTime, 20*time.Millisecond, "the pull request is not told")

	head = w.push(hostileBranch, "third", serving("preview, again"))
	w.live(t, project, preview.ID, head)
	w.shows(t, preview.URL, "preview, again")

	// Merged, it goes to production, and the preview ends.
	commit = w.github.MergePull(w.repository, pull)
	w.live(t, project, production, commit)
	w.shows(t, project.URL, "preview, again")
	require.Eventually(t, func() bool { return len(w.previews(t, project)) == 0 }, deployTime, 50*time.Millisecond, "the preview stays")
	require.Len(t, w.github.Comments(w.repository, pull), 1, "the comment is edited")

	deleted, err := w.api.DeleteProjectWithResponse(t.Context(), project.ID, &client.DeleteProjectParams{ForGood: new(true)})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)

	require.Eventually(t, func() bool {
		answer, err := w.get(t.Context(), client.Project{URL: project.URL}, "/")

		return err == nil && answer.Status == http.StatusNotFound
	}, deployTime, 20*time.Millisecond, "the hostname still answers")

	// Signed out, the browser can do nothing any more.
	w.press(t, w.open(t, w.apiURL+"/account"), "Sign out", nil)

	me, err := w.api.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, me.StatusCode())
}
