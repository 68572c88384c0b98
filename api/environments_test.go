package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// preview makes the preview of a branch.
func (b *testBundle) preview(t *testing.T, project uuid.UUID, branch string) client.Environment {
	t.Helper()

	made, err := b.owner.CreateEnvironmentWithResponse(t.Context(), project, nil, client.CreateEnvironmentInputBody{Branch: branch})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return *made.JSON201
}

func TestEnvironments_ProductionIsThereAndPreviewsComeAndGo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	slugs := func() []string {
		list, err := b.owner.ListEnvironmentsWithResponse(t.Context(), project.ID, nil)
		require.NoError(t, err)

		return lo.Map(list.JSON200.Items, func(e client.Environment, _ int) string { return e.Slug })
	}

	production, err := b.owner.GetEnvironmentWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, project.URL, production.JSON200.URL)
	require.Equal(t, "main", production.JSON200.Branch)
	require.Nil(t, production.JSON200.ExpiresAt)

	preview := b.preview(t, project.ID, "feature/login")
	require.Equal(t, "feature-login", preview.Slug)
	require.Equal(t, strings.Replace(project.URL, project.Slug, project.Slug+"-feature-login", 1), preview.URL)
	require.WithinDuration(t, time.Now().Add(14*24*time.Hour), *preview.ExpiresAt, time.Hour)
	require.Equal(t, []string{"production", "feature-login"}, slugs())

	for _, branch := range []string{"feature/login", "main"} {
		again, err := b.owner.CreateEnvironmentWithResponse(t.Context(), project.ID, nil, client.CreateEnvironmentInputBody{Branch: branch})
		require.NoError(t, err)
		require.Equal(t, http.StatusConflict, again.StatusCode(), branch)
	}

	wrong, err := b.owner.CreateEnvironmentWithResponse(t.Context(), project.ID, nil, client.CreateEnvironmentInputBody{Branch: "a..b"})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.StatusCode())

	refused, err := b.owner.DeleteEnvironmentWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode(), "production stays")

	deleted, err := b.owner.DeleteEnvironmentWithResponse(t.Context(), preview.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode(), "%s", deleted.Body)
	require.Equal(t, []string{"production"}, slugs())

	gone, err := b.owner.GetEnvironmentWithResponse(t.Context(), preview.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, gone.StatusCode())
}

func TestEnvironment_EndOfAPreview_CanBeSet(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	preview := b.preview(t, project.ID, "feature")
	set := func(environment uuid.UUID, end time.Time) int {
		answer, err := b.owner.UpdateEnvironmentWithResponse(t.Context(), environment, client.UpdateEnvironmentInputBody{ExpiresAt: &end})
		require.NoError(t, err)

		return answer.StatusCode()
	}

	soon := time.Now().Add(time.Hour)
	require.Equal(t, http.StatusOK, set(preview.ID, soon))
	require.Equal(t, http.StatusUnprocessableEntity, set(preview.ID, time.Now().Add(-time.Hour)))
	require.Equal(t, http.StatusUnprocessableEntity, set(preview.ID, time.Now().Add(366*24*time.Hour)))
	require.Equal(t, http.StatusConflict, set(project.ID, soon))

	found, err := b.owner.GetEnvironmentWithResponse(t.Context(), preview.ID)
	require.NoError(t, err)
	require.WithinDuration(t, soon, *found.JSON200.ExpiresAt, time.Millisecond)
}

func TestCreateDeployment_OfAnotherBranch_GoesToItsPreviewOrIsAConflict(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	create := func(body client.CreateDeploymentInputBody) *client.CreateDeploymentResponse {
		answer, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, body)
		require.NoError(t, err)

		return answer
	}

	refused := create(client.CreateDeploymentInputBody{Branch: new("feature")})
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "zeitwork environments create feature")

	asked := create(client.CreateDeploymentInputBody{Branch: new("feature"), Preview: new(true)})
	require.NotNil(t, asked.JSON201, "%s", asked.Body)
	require.Equal(t, "feature", asked.JSON201.Environment)
	require.Contains(t, asked.JSON201.URL, project.Slug+"-feature.")

	byID := create(client.CreateDeploymentInputBody{EnvironmentID: &asked.JSON201.EnvironmentID})
	require.Equal(t, "feature", byID.JSON201.Branch)

	production := create(client.CreateDeploymentInputBody{})
	require.Equal(t, "production", production.JSON201.Environment)
	require.Equal(t, project.URL, production.JSON201.URL)

	list, err := b.owner.ListDeploymentsWithResponse(t.Context(), project.ID, &client.ListDeploymentsParams{EnvironmentID: &asked.JSON201.EnvironmentID})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{byID.JSON201.ID, asked.JSON201.ID}, lo.Map(list.JSON200.Items, func(d client.Deployment, _ int) uuid.UUID { return d.ID }))

	unpinned, err := b.owner.UnpinEnvironmentWithResponse(t.Context(), asked.JSON201.EnvironmentID)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, unpinned.StatusCode())
}

func TestDomains_BelongToAnEnvironment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	preview := b.preview(t, project.ID, "feature")

	made, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{
		Hostname: "next.example.org", EnvironmentID: &preview.ID,
	})
	require.NoError(t, err)
	require.Equal(t, preview.ID, made.JSON201.EnvironmentID)

	list, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, &client.ListDomainsParams{EnvironmentID: &preview.ID})
	require.NoError(t, err)
	require.Len(t, list.JSON200.Items, 2)

	foreign, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{
		Hostname: "other.example.org", EnvironmentID: new(b.project(t).ID),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, foreign.StatusCode(), "the environment of another project")

	deleted, err := b.owner.DeleteEnvironmentWithResponse(t.Context(), preview.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	left, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Len(t, left.JSON200.Items, 1)
}

func TestEnvironmentVariables_OfOneNameAndSeveralScopes_AreSeveral(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	write := func(name string, scope client.SetEnvironmentVariableParamsScope) {
		answer, err := b.owner.SetEnvironmentVariableWithResponse(t.Context(), project.ID, name, &client.SetEnvironmentVariableParams{Scope: &scope},
			client.SetEnvironmentVariableInputBody{Value: "x"})
		require.NoError(t, err)
		require.Equal(t, string(scope), string(answer.JSON200.Scope))
	}

	write("URL", "all")
	write("URL", "preview")
	write("URL", "preview")
	write("KEY", "production")

	list := func(params client.ListEnvironmentVariablesParams) []string {
		var found []string

		for {
			page, err := b.owner.ListEnvironmentVariablesWithResponse(t.Context(), project.ID, &params)
			require.NoError(t, err)
			require.NotNil(t, page.JSON200, "%s", page.Body)

			for _, v := range page.JSON200.Items {
				found = append(found, v.Name+" "+string(v.Scope))
			}

			if params.Cursor = page.JSON200.NextCursor; params.Cursor == nil {
				return found
			}
		}
	}

	require.Equal(t, []string{"KEY production", "URL all", "URL preview"}, list(client.ListEnvironmentVariablesParams{Limit: new(int64(1))}))
	require.Equal(t, []string{"URL preview"}, list(client.ListEnvironmentVariablesParams{Scope: new(client.ListEnvironmentVariablesParamsScope("preview"))}))
	require.Equal(t, []string{"URL all", "URL preview"}, list(client.ListEnvironmentVariablesParams{Cursor: new("KEY")}), "a cursor of the version before")

	deleted, err := b.owner.DeleteEnvironmentVariableWithResponse(t.Context(), project.ID, "URL", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	require.Equal(t, []string{"KEY production", "URL preview"}, list(client.ListEnvironmentVariablesParams{}))
}

func TestProject_PreviewsTurnedOn_ForgetsWhatItsBranchesPointedAt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	require.Equal(t, "off", string(*project.Previews))

	_, err := b.pool.Exec(t.Context(), "INSERT INTO branches (project_id, name, commit_sha) VALUES ($1, 'old', 'a')", project.ID)
	require.NoError(t, err)

	updated, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{
		Previews: new(client.ProjectUpdatePreviews("branches")), PreviewDays: new(int64(3)),
	})
	require.NoError(t, err)
	require.Equal(t, "branches", string(*updated.JSON200.Previews))
	require.EqualValues(t, 3, *updated.JSON200.PreviewDays)

	var known int
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM branches").Scan(&known))
	require.Zero(t, known)
}

func TestPromoteDeployment_ThatIsProductionsAlready_IsAConflict(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)

	answer, err := b.owner.PromoteDeploymentWithResponse(t.Context(), deployment.ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, answer.StatusCode())
}

func TestRoutes_WhileTheDeploymentBeforeIsWarm_NameIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	old, current := b.deployment(t, project.ID), b.deployment(t, project.ID)
	b.report(t, b.vm(t, old.ID), "healthy")
	b.flip(t, project.ID, old.ID)
	require.NoError(t, b.queries.CreateDeploymentDomain(t.Context(), id.New(), "own-1", old.ID))

	route := func() client.Route {
		found, ok := lo.Find(b.routes(t, "", 0).JSON200.Routes, func(r client.Route) bool { return !strings.HasPrefix(r.Hostname, "own-") })
		require.True(t, ok)

		return found
	}

	require.Nil(t, route().Previous)

	_, err := b.queries.RetireReplacedDeployments(t.Context(), time.Minute, project.ID, current.ID)
	require.NoError(t, err)
	b.flip(t, project.ID, current.ID)

	require.Regexp(t, `^own-1\.`, *route().Previous)
	require.Equal(t, current.ID, *route().DeploymentID)

	set := func(protection bool) {
		answer, err := b.owner.UpdateEnvironmentWithResponse(t.Context(), project.ID, client.UpdateEnvironmentInputBody{SkewProtection: &protection})
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)
		require.Equal(t, protection, answer.JSON200.SkewProtection)
	}

	set(false)
	require.Nil(t, route().Previous)
	set(true)
	require.NotNil(t, route().Previous)

	// Its hostname goes with its image, and comes with a flip.
	b.exec(t, "DELETE FROM domains WHERE kind = 'deployment'")
	require.Nil(t, route().Previous)
	require.NoError(t, b.queries.CreateDeploymentDomain(t.Context(), id.New(), "own-1", old.ID))
	require.NotNil(t, route().Previous)

	// Of two the one that was retired last is named.
	third := b.deployment(t, project.ID)
	require.NoError(t, b.queries.CreateDeploymentDomain(t.Context(), id.New(), "own-2", third.ID))
	b.exec(t, "UPDATE deployments SET state = 'retired', warm_until = now(), retired_at = now() - interval '1 hour' WHERE id = $1", third.ID)
	require.Regexp(t, `^own-1\.`, *route().Previous)
	b.exec(t, "UPDATE deployments SET retired_at = now() + interval '1 hour' WHERE id = $1", third.ID)
	require.Regexp(t, `^own-2\.`, *route().Previous)
	require.NoError(t, b.queries.ForgetWarmth(t.Context(), third.ID))
	require.Regexp(t, `^own-1\.`, *route().Previous)

	// Its VMs are asked to stop.
	require.NoError(t, b.queries.ForgetWarmth(t.Context(), old.ID))
	require.Nil(t, route().Previous)
}

func TestRoutes_DeploymentsOwnHostname_SleepsOnceNothingOfItRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	vm := b.vm(t, deployment.ID)
	b.report(t, vm, "healthy")
	b.flip(t, project.ID, deployment.ID)
	b.end(t, deployment.ID, "live")
	require.NoError(t, b.queries.CreateDeploymentDomain(t.Context(), deployment.ID, "own-1", deployment.ID))

	found, err := b.owner.GetDeploymentWithResponse(t.Context(), deployment.ID)
	require.NoError(t, err)
	require.Contains(t, *found.JSON200.DeploymentURL, "own-1.")
	require.NotEqual(t, found.JSON200.URL, *found.JSON200.DeploymentURL)

	own := func() client.Route {
		route, ok := lo.Find(b.routes(t, "", 0).JSON200.Routes, func(r client.Route) bool { return strings.HasPrefix(r.Hostname, "own-1.") })
		require.True(t, ok)

		return route
	}

	require.Equal(t, client.RouteStateLive, own().State)

	// It is kept warm, and then it is not.
	b.end(t, deployment.ID, "retired")
	require.Equal(t, client.RouteStateLive, own().State)
	require.Len(t, own().Upstreams, 1)

	_, err = b.pool.Exec(t.Context(), "UPDATE vms SET desired_state = 'draining' WHERE id = $1", vm)
	require.NoError(t, err)
	require.Equal(t, client.RouteStateAsleep, own().State)

	// It is nobody's to take away or to list.
	domains, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Len(t, domains.JSON200.Items, 1)

	deleted, err := b.owner.DeleteDomainWithResponse(t.Context(), deployment.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, deleted.StatusCode())
}
