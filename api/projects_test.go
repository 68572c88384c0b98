package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestProject_HasAGeneratedDomainAndSettingsThatChange(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: "My App!", RepositoryURL: "https://git.example.com/me/app.git",
	})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Equal(t, "my-app", made.JSON201.Slug)
	require.Equal(t, "http://my-app.apps.example.com:8080", made.JSON201.URL)
	require.Equal(t, "main", *made.JSON201.Branch)
	require.EqualValues(t, 1, *made.JSON201.Instances)
	require.True(t, *made.JSON201.AutoDeploy)

	domains, err := b.owner.ListDomainsWithResponse(t.Context(), made.JSON201.ID, nil)
	require.NoError(t, err)
	require.Equal(t, "my-app.apps.example.com", domains.JSON200.Items[0].Hostname)

	again, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: "My App!", RepositoryURL: "https://git.example.com/me/app.git",
	})
	require.NoError(t, err)
	require.NotNil(t, again.JSON201, "%s", again.Body)
	require.True(t, strings.HasPrefix(again.JSON201.Slug, "my-app-"), again.JSON201.Slug)

	changed, err := b.owner.UpdateProjectWithResponse(t.Context(), made.JSON201.ID, client.ProjectUpdate{
		Port: lo.ToPtr[int64](3000), AutoDeploy: new(bool), HealthPath: new("/up"),
	})
	require.NoError(t, err)
	require.NotNil(t, changed.JSON200, "%s", changed.Body)
	require.EqualValues(t, 3000, *changed.JSON200.Port)
	require.False(t, *changed.JSON200.AutoDeploy)
	require.Equal(t, "main", *changed.JSON200.Branch)

	built, err := b.owner.UpdateProjectWithResponse(t.Context(), made.JSON201.ID, client.ProjectUpdate{
		ReleaseCommand: new(" bin/migrate "), BuildVariables: &[]string{"NPM_TOKEN", "NPM_TOKEN"},
	})
	require.NoError(t, err)
	require.NotNil(t, built.JSON200, "%s", built.Body)
	require.Equal(t, "bin/migrate", *built.JSON200.ReleaseCommand)
	require.Equal(t, []string{"NPM_TOKEN"}, *built.JSON200.BuildVariables)
	require.EqualValues(t, 3000, *built.JSON200.Port)

	bare, err := b.owner.UpdateProjectWithResponse(t.Context(), made.JSON201.ID, client.ProjectUpdate{
		ReleaseCommand: new(""), BuildVariables: &[]string{},
	})
	require.NoError(t, err)
	require.NotNil(t, bare.JSON200, "%s", bare.Body)
	require.Nil(t, bare.JSON200.ReleaseCommand)
	require.Empty(t, lo.FromPtr(bare.JSON200.BuildVariables))

	events, err := b.owner.ListAuditEventsWithResponse(t.Context(), made.JSON201.OrganisationID, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"project.update", "project.update", "project.update", "project.create", "project.create", "organisation.create"},
		lo.Map(events.JSON200.Items, func(e client.AuditEvent, _ int) string { return string(e.Action) }))
}

func TestProject_ThatIsDeleted_LeavesItsNameAndRoutes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)

	deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)

	state, err := b.queries.DeploymentState(t.Context(), deployment.ID, b.organisation(t))
	require.NoError(t, err)
	require.Equal(t, "cancelled", state.State)

	gone, err := b.owner.GetProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, gone.StatusCode())

	routes, err := b.edge.GetRoutesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, routes.JSON200.Routes)
}

func TestProjectSettings_ThatReachElsewhere_AreRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for name, test := range map[string]struct{ field, value, says string }{
		"local repository":    {"repository_url", "file:///etc", "Protocols that are allowed: https."},
		"ssh shorthand":       {"repository_url", "git@example.com:me/app.git", "cannot be fetched by ssh here"},
		"option as a URL":     {"repository_url", "--upload-pack=/bin/sh", "hyphen"},
		"password in the URL": {"repository_url", "https://me:canary@git.example.com/app.git", "user or a password"},
		"no host":             {"repository_url", "https:///app.git", "names no host"},
		"branch as an option": {"branch", "--help", "name of a branch"},
		"parent directory":    {"root_directory", "a/../../b", "inside the repository"},
		"absolute directory":  {"root_directory", "/etc", "relative"},
		"backslash":           {"root_directory", `a\b`, "slashes"},
		"NUL":                 {"root_directory", "a\x00b", "NUL"},
		"parent Dockerfile":   {"dockerfile_path", "../Dockerfile", "inside the repository"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			body := map[string]string{"name": "x", "repository_url": "https://git.example.com/a.git"}
			body[test.field] = test.value

			answer := b.post(t, b.tokens.User, "/v1/projects", toJSON(t, body), http.Header{"Content-Type": {"application/json"}})
			require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
			require.Contains(t, answer.text, test.says)
			require.NotContains(t, answer.text, "canary")
		})
	}
}

func TestProject_HealthPathThatIsNoPath_IsRefusedInAChangeToo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	for path, status := range map[string]int{
		"@169.254.169.254/": http.StatusUnprocessableEntity, "up": http.StatusUnprocessableEntity, "/up": http.StatusOK, "": http.StatusOK,
	} {
		answer, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{HealthPath: &path})
		require.NoError(t, err)
		require.Equal(t, status, answer.StatusCode(), "%q: %s", path, answer.Body)
	}
}

func TestDomains_AreValidated(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, other := b.project(t), b.project(t)

	add := func(project client.Project, hostname string) *client.CreateDomainResponse {
		answer, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{Hostname: hostname})
		require.NoError(t, err)

		return answer
	}

	made := add(project, "App.Bücher.example.")
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Equal(t, "app.xn--bcher-kva.example", made.JSON201.Hostname)

	require.Equal(t, http.StatusConflict, add(project, "app.xn--bcher-kva.example").StatusCode())
	require.Equal(t, http.StatusCreated, add(other, "app.xn--bcher-kva.example").StatusCode(), "a claim keeps nobody from it")

	for _, hostname := range []string{"localhost", "https://a.example.org", "a.example.org:80", "10.0.0.1", "a..example.org", "-a.example.org", "1.2.3", "*.org"} {
		require.Equal(t, http.StatusUnprocessableEntity, add(project, hostname).StatusCode(), hostname)
	}

	for _, hostname := range []string{"apps.example.com", "stolen.apps.example.com"} {
		answer := add(project, hostname)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode())
		require.Contains(t, string(answer.Body), "belongs to the platform")
	}

	domains, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)

	generated, err := b.owner.DeleteDomainWithResponse(t.Context(), domains.JSON200.Items[0].ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, generated.StatusCode())

	deleted, err := b.owner.DeleteDomainWithResponse(t.Context(), made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
}

func TestSlugs_AreMadeFromNames(t *testing.T) {
	t.Parallel()

	for name, slug := range map[string]string{
		"My App": "my-app", "--x--": "x", "äöü": "app", "a__b": "a-b", strings.Repeat("a", 50): strings.Repeat("a", 40),
	} {
		require.Equal(t, slug, slugOf(name))
	}
}
