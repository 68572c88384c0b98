package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// saveApp makes an App the platform's, which is installed nowhere.
func (b *testBundle) saveApp(t *testing.T) {
	t.Helper()

	maker := "maker-" + random()
	b.github.AddUser(maker)

	app, err := b.github.AddApp(maker, fakegithub.Manifest{Name: "Zeitwork " + random(), DefaultPermissions: githubtest.Permissions(), Public: true})
	require.NoError(t, err)
	b.useApp(t, app)
}

func (b *testBundle) useApp(t *testing.T, app fakegithub.App) {
	t.Helper()

	// The fake GitHub has nothing else.
	b.server.service.config.GitProtocols = []string{"https", "http"}

	require.NoError(t, database.InTx(t.Context(), b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		_, err := b.apps.Save(t.Context(), queries, github.Credentials{
			ID: app.ID, Slug: app.Slug, ClientID: app.ClientID, ClientSecret: app.ClientSecret, PrivateKey: app.PrivateKey,
		}, nil)

		return err
	}))
}

// connected is a GitHub whose account acme is connected to the first organisation.
func (b *testBundle) connected(t *testing.T) githubtest.Example {
	t.Helper()

	example := b.github.NewExample(t)
	b.useApp(t, example.App)
	b.tie(t, example.App.ID, example.Installation, githubtest.Organization, b.organisation(t))

	return example
}

func (b *testBundle) tie(t *testing.T, app, installation int64, account string, organisation uuid.UUID) {
	t.Helper()

	_, err := b.queries.TieInstallation(t.Context(), database.TieInstallationParams{
		ID: id.New(), InstallationID: installation, AppID: app, AccountID: installation, AccountLogin: account, AccountKind: "organization",
		OrganisationID: &organisation, Permissions: []byte(`{"contents":"read"}`), SettingsURL: "https://github.com/settings",
	})
	require.NoError(t, err)
}

func (b *testBundle) repositories(t *testing.T, params *client.ListGithubRepositoriesParams) *client.ListGitHubRepositoriesOutputBody {
	t.Helper()

	answer, err := b.owner.ListGithubRepositoriesWithResponse(t.Context(), b.organisation(t), params)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return answer.JSON200
}

func names(items []client.GitHubRepository) []string {
	return lo.Map(items, func(r client.GitHubRepository, _ int) string { return r.FullName })
}

func TestListGitHubRepositories_ShowsThoseOfAllAccounts_PageByPage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)
	b.tie(t, example.App.ID, b.github.Install(example.App.ID, githubtest.Developer), githubtest.Developer, b.organisation(t))

	for _, name := range []string{"one", "two", "three"} {
		b.github.Clock.Advance(time.Minute)
		repository := b.github.AddRepository(fakegithub.Repository{Owner: githubtest.Developer, Name: name, Description: "Number " + name, Private: name == "two"})
		b.github.Push(repository, "main", fakegithub.Commit{Message: "x", Files: fakegithub.Text(map[string]string{"x": "x"})})
	}

	all := b.repositories(t, nil)
	require.Equal(t, []string{"ben/three", "ben/two", "ben/one", "acme/shop"}, names(all.Items))
	require.Empty(t, all.Unlisted)
	require.True(t, all.Items[1].Private)
	require.Equal(t, "main", all.Items[3].DefaultBranch)
	require.Nil(t, all.NextCursor)

	var paged []string

	params := &client.ListGithubRepositoriesParams{Limit: new(int64(3))}
	for range 3 {
		page := b.repositories(t, params)
		paged = append(paged, names(page.Items)...)

		if page.NextCursor == nil {
			break
		}

		// What was pushed meanwhile moves to the front, and what the page before had is not shown again.
		params.Cursor = page.NextCursor
	}

	require.Equal(t, names(all.Items), paged)
	require.Equal(t, []string{"ben/two"}, names(b.repositories(t, &client.ListGithubRepositoriesParams{Search: new("NUMBER two")}).Items))
	require.Empty(t, b.repositories(t, &client.ListGithubRepositoriesParams{Search: new("nothing")}).Items)

	wrong, err := b.owner.ListGithubRepositoriesWithResponse(t.Context(), b.organisation(t), &client.ListGithubRepositoriesParams{Cursor: new(strings.Repeat("_", 22))})
	require.NoError(t, err)
	require.Less(t, wrong.StatusCode(), 500)
}

func TestListGitHubRepositories_AsksOnceForThePagesOfAList(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)
	b.repositories(t, nil)

	b.github.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "new"})
	require.Equal(t, []string{"acme/shop"}, names(b.repositories(t, nil).Items))
	require.Len(t, b.repositories(t, &client.ListGithubRepositoriesParams{Fresh: new(true)}).Items, 2)
	require.NotZero(t, example.Installation)
}

func TestListGitHubRepositories_NamesTheAccountsThatCouldNotBeAsked(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)
	suspended := b.github.Install(example.App.ID, githubtest.Developer)
	b.tie(t, example.App.ID, suspended, githubtest.Developer, b.organisation(t))
	b.github.Suspend(suspended)

	removed := b.github.Install(example.App.ID, githubtest.Stranger)
	b.tie(t, example.App.ID, removed, githubtest.Stranger, b.organisation(t))
	b.github.Uninstall(removed)

	listed := b.repositories(t, nil)
	require.Equal(t, []string{"acme/shop"}, names(listed.Items))
	require.Len(t, listed.Unlisted, 2)
	require.Contains(t, listed.Unlisted[0].Problem, "suspended")
	require.Contains(t, listed.Unlisted[1].Problem, "no longer installed on eve")

	for name, fault := range map[string]fakegithub.Fault{
		"down": {Strike: fakegithub.Status(500)}, "HTML": {Strike: fakegithub.Unicorn}, "limited": {Strike: fakegithub.SecondaryLimit},
		"slow": {Strike: fakegithub.Slow(time.Minute)},
	} {
		mend := b.github.AddFault(fault)
		listed = b.repositories(t, &client.ListGithubRepositoriesParams{Fresh: new(true)})
		require.Empty(t, listed.Items, name)
		require.Len(t, listed.Unlisted, 3, name)
		require.Contains(t, listed.Unlisted[0].Problem, "GitHub", name)

		mend()
		b.github.Clock.Advance(time.Hour)
	}
}

func TestListGitHubRepositories_WithoutAnAccount_AreNone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Empty(t, b.repositories(t, nil).Items)
}

func TestCreateProject_FromARepositoryOnGitHub_IsNamedInIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)
	b.github.RenameBranch(example.Repository, "main", "trunk")

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{Name: "Shop", GithubRepositoryID: &example.Repository})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	project := made.JSON201
	require.Equal(t, b.github.URL+"/acme/shop.git", project.RepositoryURL)
	require.Equal(t, "trunk", *project.Branch)
	require.Equal(t, example.Repository, project.Github.RepositoryID)
	require.Equal(t, "acme/shop", project.Github.FullName)
	require.True(t, project.Github.Private)
	require.Nil(t, project.Github.Problem)

	listed := b.repositories(t, nil).Items
	require.Len(t, listed[0].Projects, 1)
	require.Equal(t, project.ID, listed[0].Projects[0].ID)

	// What is wrong with the installation is told with the project.
	for statement, words := range map[string]string{
		"UPDATE github_installations SET suspended_at = now()":                      "suspended",
		"UPDATE github_installations SET removed_at = now()":                        "no longer installed on acme",
		"UPDATE github_installations SET removed_at = NULL, organisation_id = NULL": "not connected",
	} {
		b.exec(t, "UPDATE github_installations SET suspended_at = NULL, removed_at = NULL, organisation_id = $1", b.organisation(t))
		b.exec(t, statement)

		shown, err := b.owner.GetProjectWithResponse(t.Context(), project.ID)
		require.NoError(t, err)
		require.Contains(t, *shown.JSON200.Github.Problem, words)
	}

	// Another URL takes its place.
	moved, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{RepositoryURL: new("https://git.example.com/a.git")})
	require.NoError(t, err)
	require.Nil(t, moved.JSON200.Github)

	b.exec(t, "UPDATE github_installations SET suspended_at = NULL, removed_at = NULL, organisation_id = $1", b.organisation(t))

	back, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{GithubRepositoryID: &example.Repository})
	require.NoError(t, err)
	require.Equal(t, "acme/shop", back.JSON200.Github.FullName, "%s", back.Body)
	require.Equal(t, "trunk", *back.JSON200.Branch)
}

func TestCreateProject_FromARepositoryThatTheOrganisationDoesNotHave_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)
	foreign := b.github.AddRepository(fakegithub.Repository{Owner: githubtest.Stranger, Name: "secret", Private: true})
	b.github.Install(example.App.ID, githubtest.Stranger)

	create := func(of *client.ClientWithResponses, body client.CreateProjectInputBody) (int, string) {
		answer, err := of.CreateProjectWithResponse(t.Context(), nil, body)
		require.NoError(t, err)

		return answer.StatusCode(), string(answer.Body)
	}

	status, said := create(b.owner, client.CreateProjectInputBody{Name: "x", GithubRepositoryID: &foreign})
	require.Equal(t, http.StatusNotFound, status, said)
	require.Contains(t, said, "No account on GitHub that is connected to the organisation has the repository")

	// Neither does another organisation have this one's.
	status, said = create(b.stranger, client.CreateProjectInputBody{Name: "x", GithubRepositoryID: &example.Repository})
	require.Equal(t, http.StatusNotFound, status, said)

	status, said = create(b.owner, client.CreateProjectInputBody{Name: "x"})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, said, "Give the repository")

	status, said = create(b.owner, client.CreateProjectInputBody{Name: "x", RepositoryURL: "https://git.example.com/a.git", GithubRepositoryID: &example.Repository})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, said, "not both")

	mend := b.github.AddFault(fakegithub.Fault{Strike: fakegithub.Unicorn})
	status, said = create(b.owner, client.CreateProjectInputBody{Name: "x", GithubRepositoryID: &foreign})
	require.Equal(t, http.StatusServiceUnavailable, status, said)
	require.Contains(t, said, "GitHub does not answer")
	mend()

	require.Empty(t, b.repositories(t, nil).Items[0].Projects)
}

// TestGitHub_NamesThatOtherProgramsWouldTakeForTheirOwn_AreTakenAsTheyAre since people can name branches and describe repositories as they like.
func TestGitHub_NamesThatOtherProgramsWouldTakeForTheirOwn_AreTakenAsTheyAre(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)
	branch := "a`id`$(touch$IFS/x);'\"><script>&--|"
	description := "<script>alert(1)</script>'; DROP TABLE projects;-- $(id) \x1b]0;x\x07 \u202e"

	repository := b.github.AddRepository(fakegithub.Repository{
		Owner: githubtest.Organization, Name: "--upload-pack.-_x", Private: true, Description: description, DefaultBranch: branch,
	})
	b.github.Push(repository, branch, fakegithub.Commit{Message: description, Files: fakegithub.Text(map[string]string{"x": "x"})})
	require.NotZero(t, example.Repository)

	found := b.repositories(t, &client.ListGithubRepositoriesParams{Search: new("'; drop table")}).Items
	require.Len(t, found, 1)
	require.Equal(t, description, *found[0].Description)

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{Name: "x", GithubRepositoryID: &repository})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Equal(t, branch, *made.JSON201.Branch)
	require.Equal(t, "acme/--upload-pack.-_x", made.JSON201.Github.FullName)
}

func TestDisconnectGitHub_LeavesTheProjects(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{Name: "Shop", GithubRepositoryID: &example.Repository})
	require.NoError(t, err)

	list := func() []client.GitHubInstallation {
		answer, err := b.owner.ListGithubInstallationsWithResponse(t.Context(), b.organisation(t), nil)
		require.NoError(t, err)

		return answer.JSON200.Items
	}

	require.Len(t, list(), 1)
	require.Equal(t, "acme", list()[0].Account)
	require.Equal(t, client.GitHubInstallationStateActive, list()[0].State)
	require.Equal(t, map[string]string{"contents": "read"}, list()[0].Permissions)

	gone, err := b.owner.DeleteGithubInstallationWithResponse(t.Context(), b.organisation(t), list()[0].ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, gone.StatusCode(), "%s", gone.Body)
	require.Empty(t, list())

	project, err := b.owner.GetProjectWithResponse(t.Context(), made.JSON201.ID)
	require.NoError(t, err)
	require.Contains(t, *project.JSON200.Github.Problem, "not connected")

	events, err := b.owner.ListAuditEventsWithResponse(t.Context(), b.organisation(t), nil)
	require.NoError(t, err)
	require.Equal(t, client.AuditEventAction("github_installation.disconnect"), events.JSON200.Items[0].Action)
}

func TestConnectGitHub_AnswersWithThePageInABrowser(t *testing.T) {
	t.Parallel()

	b := setup(t)

	none, err := b.owner.ConnectGithubWithResponse(t.Context(), b.organisation(t), client.ConnectGitHubInputBody{})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, none.StatusCode())
	require.Contains(t, string(none.Body), "no GitHub App yet")

	b.saveApp(t)

	answer, err := b.owner.ConnectGithubWithResponse(t.Context(), b.organisation(t), client.ConnectGitHubInputBody{Account: new("acme")})
	require.NoError(t, err)
	require.Contains(t, answer.JSON200.URL, "/github/connect?account=acme&organisation="+b.organisation(t).String())
}

func TestDetection_IsMadeAndShown(t *testing.T) {
	t.Parallel()

	b := setup(t)
	example := b.connected(t)

	made, err := b.owner.CreateDetectionWithResponse(t.Context(), &client.CreateDetectionParams{IdempotencyKey: new("once")},
		client.CreateDetectionInputBody{GithubRepositoryID: &example.Repository, RootDirectory: new("apps/web")})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Equal(t, client.DetectionStateQueued, made.JSON201.State)
	require.Equal(t, b.github.URL+"/acme/shop.git", made.JSON201.RepositoryURL)
	require.Equal(t, "main", made.JSON201.Branch)

	again, err := b.owner.CreateDetectionWithResponse(t.Context(), &client.CreateDetectionParams{IdempotencyKey: new("once")},
		client.CreateDetectionInputBody{GithubRepositoryID: &example.Repository, RootDirectory: new("apps/web")})
	require.NoError(t, err)
	require.Equal(t, made.JSON201.ID, again.JSON201.ID)

	ended := make(chan *client.Detection, 1)

	go func() {
		answer, err := b.owner.GetDetectionWithResponse(t.Context(), made.JSON201.ID, &client.GetDetectionParams{WaitSeconds: new(int64(30))})
		if err == nil {
			ended <- answer.JSON200
		}
	}()

	require.NoError(t, b.queries.EndDetection(t.Context(), database.EndDetectionParams{
		ID: made.JSON201.ID, State: "succeeded", CommitSHA: &example.Commit,
		Result: []byte(`{"plan":{"framework":"node","reason":"There is a package.json.","versions":{"node":"22"},"port":3000,"dockerfile":"FROM node",
			"notes":["A note."],"source_lacks":["A submodule."]},"variables":[{"name":"A","example":"1","file":".env.example"}],"message":"first"}`),
	}))
	require.NoError(t, b.queries.Notify(t.Context(), database.ChannelDetections, made.JSON201.ID.String()))

	found := <-ended
	require.Equal(t, "node", found.Plan.Framework)
	require.Equal(t, "FROM node", *found.Plan.Dockerfile)
	require.Equal(t, []string{"A submodule.", "A note."}, found.Notes)
	require.Equal(t, "A", found.Variables[0].Name)
	require.Equal(t, example.Commit, *found.Commit)

	hidden, err := b.stranger.GetDetectionWithResponse(t.Context(), made.JSON201.ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, hidden.StatusCode())
}

func TestDetection_OfWhatMustNotBeFetched_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.connected(t)

	for _, body := range []client.CreateDetectionInputBody{
		{RepositoryURL: new("ssh://git.example.com/a")}, {RepositoryURL: new("file:///etc")}, {RepositoryURL: new("https://me:secret@git.example.com/a")},
		{RepositoryURL: new("--upload-pack=id")}, {}, {RepositoryURL: new("https://git.example.com/a"), RootDirectory: new("../..")},
		{RepositoryURL: new("https://git.example.com/a"), Branch: new("-x")}, {RepositoryURL: new("https://git.example.com/a"), GithubRepositoryID: new(int64(1))},
	} {
		answer, err := b.owner.CreateDetectionWithResponse(t.Context(), nil, body)
		require.NoError(t, err)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode(), "%s", answer.Body)
	}

	for range 3 {
		answer, err := b.owner.CreateDetectionWithResponse(t.Context(), nil, client.CreateDetectionInputBody{RepositoryURL: new("https://git.example.com/a")})
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, answer.StatusCode(), "%s", answer.Body)
	}

	more, err := b.owner.CreateDetectionWithResponse(t.Context(), nil, client.CreateDetectionInputBody{RepositoryURL: new("https://git.example.com/a")})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, more.StatusCode())
}
