package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (b *testBundle) overview(t *testing.T, token string, project uuid.UUID) client.ProjectOverview {
	t.Helper()

	as := b.as(t, token)
	one, err := as.GetProjectWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.NotNil(t, one.JSON200, "%s", one.Body)

	all, err := as.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)

	listed, ok := lo.Find(all.JSON200.Items, func(p client.Project) bool { return p.ID == project })
	require.True(t, ok)
	require.Equal(t, one.JSON200.Overview, listed.Overview, "lists tell the same")

	return listed.Overview
}

func TestProject_TellsHowItsProductionIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	require.Equal(t, client.ProjectOverview{}, b.overview(t, b.tokens.User, project.ID))

	live := b.deployment(t, project.ID)
	b.exec(t, "UPDATE deployments SET commit_message = 'Sell more', commit_sha = 'abc' WHERE id = $1", live.ID)
	b.report(t, b.vm(t, live.ID), "healthy")
	b.flip(t, project.ID, live.ID)
	b.exec(t, "UPDATE projects SET instances = 3 WHERE id = $1", project.ID)

	failed := b.deployment(t, project.ID)
	b.end(t, failed.ID, "failed")

	// Deployments of a preview do not show in what is said of production.
	preview, err := b.owner.CreateEnvironmentWithResponse(t.Context(), project.ID, nil, client.CreateEnvironmentInputBody{Branch: "other"})
	require.NoError(t, err)

	elsewhere, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{EnvironmentID: &preview.JSON201.ID})
	require.NoError(t, err)
	require.NotNil(t, elsewhere.JSON201, "%s", elsewhere.Body)

	overview := b.overview(t, b.tokens.User, project.ID)
	require.Equal(t, live.ID, overview.Live.ID)
	require.Equal(t, "Sell more", *overview.Live.CommitMessage)
	require.Equal(t, failed.ID, overview.Newest.ID)
	require.Equal(t, client.DeploymentSummaryState("failed"), overview.Newest.State)
	require.Equal(t, client.InstanceCount{Healthy: 1, Wanted: 3}, overview.Instances)
	require.Equal(t, int64(1), overview.Previews)
}

func TestProjectDeletion_NamesWhatGoes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	project := w.id("project_id")
	b.vm(t, w.id("deployment_id"))
	b.exec(t, "INSERT INTO images (id, project_id, repository, digest, size_bytes) VALUES ($1, $2, 'r', 'sha256:0', 1000)", id.New(), project)
	b.exec(t, "INSERT INTO images (id, project_id, repository, digest, size_bytes, collected_at) VALUES ($1, $2, 'r', 'sha256:1', 1000, now())", id.New(), project)
	b.exec(t, "INSERT INTO environment_variables (id, project_id, name, scope, value_sealed) VALUES ($1, $2, 'NAME', 'preview', '')", id.New(), project)

	answer, err := b.as(t, w.viewer.token).GetProjectDeletionWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	goes := answer.JSON200
	require.Equal(t, client.Goes{Count: 2, Names: []string{"feature", "production"}}, goes.Environments)
	require.Equal(t, client.Goes{Count: 1, Names: []string{"NAME"}}, goes.Variables)
	require.Equal(t, int64(3), goes.Domains.Count)
	require.Contains(t, goes.Domains.Names, "app-"+w.names["random"]+".example.net")
	require.Equal(t, client.GoesCounted{Count: 1}, goes.Deployments)
	require.Equal(t, client.GoesCounted{Count: 1}, goes.Instances)
	require.Equal(t, client.GoesImages{Count: 1, SizeBytes: 1000}, goes.Images)
}

func (b *testBundle) pending(t *testing.T, project uuid.UUID) []client.PendingChanges {
	t.Helper()

	answer, err := b.owner.GetPendingChangesWithResponse(t.Context(), project)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return answer.JSON200.Environments
}

func TestPendingChanges_AreWhatOnlyAnotherDeploymentGets(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	for _, name := range []string{"KEPT", "DELETED", "VITE_CHANGED"} {
		require.Equal(t, http.StatusOK, b.setVariable(t, project, name, "x").StatusCode)
	}

	live := b.deployment(t, project.ID)
	require.Empty(t, b.pending(t, project.ID), "nothing is live")

	b.flip(t, project.ID, live.ID)
	require.Empty(t, b.pending(t, project.ID))

	require.Equal(t, http.StatusOK, b.setVariable(t, project, "VITE_CHANGED", "y").StatusCode)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "NEW", "x").StatusCode)

	deleted, err := b.owner.DeleteEnvironmentVariableWithResponse(t.Context(), project.ID, "DELETED", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	// A variable of previews is none of production's, and these settings need no deployment, but for the port.
	b.exec(t, "INSERT INTO environment_variables (id, project_id, name, scope, value_sealed) VALUES ($1, $2, 'OTHER', 'preview', '')", id.New(), project.ID)

	updated, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{
		Port: lo.ToPtr[int64](3000), Instances: lo.ToPtr[int64](2), PreviewDays: lo.ToPtr[int64](3), Name: new("Another name"),
	})
	require.NoError(t, err)
	require.NotNil(t, updated.JSON200, "%s", updated.Body)

	pending := b.pending(t, project.ID)
	require.Len(t, pending, 1)
	require.Equal(t, "production", pending[0].Environment)
	require.Equal(t, live.ID, pending[0].LiveDeploymentID)
	require.Equal(t, []client.PendingVariable{
		{Name: "DELETED", Change: "deleted"}, {Name: "NEW", Change: "written"}, {Name: "VITE_CHANGED", Change: "written", AtBuild: true},
	}, pending[0].Variables)
	require.Equal(t, []string{"port"}, pending[0].Settings)

	next := b.deployment(t, project.ID)
	b.exec(t, "UPDATE deployments SET state = 'retired' WHERE id = $1", live.ID)
	b.flip(t, project.ID, next.ID)
	require.Empty(t, b.pending(t, project.ID), "what is live has it")

	// A rollback has the variables of what it went back to.
	b.exec(t, "UPDATE deployments SET state = 'retired' WHERE id = $1", next.ID)

	back := id.New()
	b.exec(t, `INSERT INTO deployments (id, project_id, environment_id, state, step, trigger, origin_id, branch, environment_sealed)
		SELECT $1, project_id, environment_id, 'live', step, 'rollback', id, branch, $3 FROM deployments WHERE id = $2`, back, live.ID,
		b.sealedAs(t, live.ID, back))
	require.Len(t, b.pending(t, project.ID)[0].Variables, 3)
}

// countedDB counts what Postgres is asked.
type countedDB struct {
	database.DBTX

	asked int
}

func (c *countedDB) Query(ctx context.Context, query string, arguments ...any) (pgx.Rows, error) {
	c.asked++

	return c.DBTX.Query(ctx, query, arguments...)
}

func (c *countedDB) QueryRow(ctx context.Context, query string, arguments ...any) pgx.Row {
	c.asked++

	return c.DBTX.QueryRow(ctx, query, arguments...)
}

func TestPendingChanges_OfManyEnvironments_TakeOneQuery(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "OLD", "x").StatusCode)

	live := b.deployment(t, project.ID)
	b.flip(t, project.ID, live.ID)

	for i := range 3 {
		preview, deployed := id.New(), id.New()
		b.exec(t, "INSERT INTO environments (id, project_id, kind, slug, branch, is_fork) VALUES ($1, $2, 'preview', $3, $3, $4)",
			preview, project.ID, fmt.Sprintf("preview-%d", i), i == 2)
		b.exec(t, `INSERT INTO deployments (id, project_id, environment_id, state, step, trigger, branch, environment_sealed)
			SELECT $1, project_id, $3, 'live', step, trigger, branch, $4 FROM deployments WHERE id = $2`, deployed, live.ID, preview, b.sealedAs(t, live.ID, deployed))
	}

	require.Equal(t, http.StatusOK, b.setVariable(t, project, "NEW", "x").StatusCode)
	b.exec(t, "INSERT INTO environment_variables (id, project_id, name, scope, value_sealed) VALUES ($1, $2, 'OLD', 'preview', '')", id.New(), project.ID)

	counted := &countedDB{DBTX: b.pool}
	asked := &service{queries: database.New(counted), keyring: b.server.service.keyring}

	output, err := asked.getPendingChanges(b.admitted(t), &ProjectPath{ProjectID: project.ID})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"production": {"NEW"}, "preview-0": {"NEW", "OLD"}, "preview-1": {"NEW", "OLD"}},
		lo.SliceToMap(output.Body.Environments, func(p PendingChanges) (string, []string) {
			return p.Environment, lo.Map(p.Variables, func(v PendingVariable, _ int) string { return v.Name })
		}))
	require.Equal(t, 2, counted.asked, "the project, and what is pending in all of its environments")
}

func TestEnvironmentVariables_TellWhichBuildsSee(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	b.exec(t, `UPDATE deployments SET build_plan = '{"arguments":["PLANNED"],"secrets":["SECRET"]}' WHERE id = $1`, deployment.ID)
	b.exec(t, "UPDATE projects SET build_variables = '{CHOSEN}' WHERE id = $1", project.ID)

	seen := map[string]bool{}

	for _, name := range []string{"CHOSEN", "NEXT_PUBLIC_URL", "PLANNED", "RUNTIME", "SECRET"} {
		answer := b.setVariable(t, project, name, "x")
		require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)

		written := client.EnvironmentVariable{}
		require.NoError(t, fromJSON(answer.text, &written))
		seen[name] = written.AtBuild
	}

	require.Equal(t, map[string]bool{"CHOSEN": true, "NEXT_PUBLIC_URL": true, "PLANNED": true, "RUNTIME": false, "SECRET": true}, seen)

	listed, err := b.owner.ListEnvironmentVariablesWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)
	require.Equal(t, seen, lo.SliceToMap(listed.JSON200.Items, func(v client.EnvironmentVariable) (string, bool) { return v.Name, v.AtBuild }))
}

func (b *testBundle) importVariables(t *testing.T, project uuid.UUID, body string) answered {
	t.Helper()

	return b.send(t, http.MethodPatch, b.tokens.User, "/v1/projects/"+project.String()+"/environment-variables", body, http.Header{"Content-Type": {"application/json"}})
}

func TestImport_WritesAllOrNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "A", "old").StatusCode)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "GONE", "x").StatusCode)

	answer := b.importVariables(t, project.ID, `{"set":[{"name":"B","value":"two\nlines"},{"name":"A","value":"new"}],"delete":["GONE","NEVER_THERE"]}`)
	require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)
	require.JSONEq(t, `{"created":["B"],"replaced":["A"],"deleted":["GONE"]}`, answer.text)

	b.exec(t, "UPDATE projects SET variables_readable = true")

	for name, value := range map[string]string{"A": "new", "B": "two\nlines"} {
		read, err := b.owner.ReadEnvironmentVariableWithResponse(t.Context(), project.ID, name, nil)
		require.NoError(t, err)
		require.Equal(t, value, read.JSON200.Value)
	}

	// The same name with another scope is another variable.
	answer = b.importVariables(t, project.ID, `{"scope":"preview","set":[{"name":"A","value":"of previews"}]}`)
	require.JSONEq(t, `{"created":["A"],"replaced":[],"deleted":[]}`, answer.text)

	before := b.count(t, "SELECT count(*) FROM environment_variables")

	for body, status := range map[string]int{
		`{"set":[{"name":"C","value":"x"},{"name":"PORT","value":"none"}]}`:    http.StatusUnprocessableEntity,
		`{"set":[{"name":"C","value":"x"},{"name":"ZEITWORK_X","value":"x"}]}`: http.StatusUnprocessableEntity,
		`{"set":[{"name":"C","value":"x"},{"name":"C","value":"y"}]}`:          http.StatusUnprocessableEntity,
		`{"set":[{"name":"C","value":"x"}],"delete":["C"]}`:                    http.StatusUnprocessableEntity,
		`{}`: http.StatusUnprocessableEntity,
		`{"set":[` + strings.Join(lo.Times(20, func(i int) string {
			return `{"name":"L` + string(rune('A'+i)) + `","value":"` + strings.Repeat("x", 60_000) + `"}`
		}), ",") + `],"delete":["A"]}`: http.StatusConflict,
	} {
		answer := b.importVariables(t, project.ID, body)
		require.Equal(t, status, answer.StatusCode, "%.100s: %s", body, answer.text)
	}

	require.Equal(t, before, b.count(t, "SELECT count(*) FROM environment_variables"), "nothing of them is there")
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'environment_variable.import'"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM audit_events WHERE details::text LIKE '%two%'"), "no value stands in the audit log")
}

func TestDomain_TellsWhenItIsCheckedAndWhenAClaimEnds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	claimed := b.domain(t, b.owner, project.ID, "www.example.org")
	require.NotNil(t, claimed.NextCheckAt)
	require.Equal(t, claimed.CreatedAt.AddDate(0, 0, 14).Unix(), claimed.ExpiresAt.Unix())

	b.proves(t, claimed)
	b.exec(t, "UPDATE domains SET failing_since = now() WHERE id = $1", claimed.ID)

	answer, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, &client.ListDomainsParams{Hostname: new("www.example.org")})
	require.NoError(t, err)
	require.Nil(t, answer.JSON200.Items[0].ExpiresAt)
	require.NotNil(t, answer.JSON200.Items[0].FailingSince)
}

// sealedAs returns the environment variables of a deployment, sealed for another one.
func (b *testBundle) sealedAs(t *testing.T, deployment, other uuid.UUID) []byte {
	t.Helper()

	row, err := b.queries.GetDeploymentOf(t.Context(), deployment, b.organisation(t))
	require.NoError(t, err)

	of := keyring.Snapshot{OrganisationID: b.organisation(t), ProjectID: row.Project.ID, DeploymentID: deployment}
	keys := b.server.service.keyring

	variables, err := keys.OpenEnvironment(t.Context(), b.queries, of, row.Deployment.EnvironmentSealed)
	require.NoError(t, err)

	of.DeploymentID = other
	sealed, err := keys.SealEnvironment(t.Context(), b.queries, of, variables)
	require.NoError(t, err)

	return sealed
}
