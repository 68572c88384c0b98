package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

const canary = "canary-7f3a9c"

func (b *testBundle) setVariable(t *testing.T, project client.Project, name, value string) answered {
	t.Helper()

	return b.send(t, http.MethodPut, b.tokens.User, "/v1/projects/"+project.ID.String()+"/environment-variables/"+name,
		toJSON(t, map[string]string{"value": value}), http.Header{"Content-Type": {"application/json"}})
}

func TestEnvironmentVariable_CanBeWrittenAndNeverRead(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	answers := []answered{ //nolint:prealloc // More are added below.
		b.setVariable(t, project, "SECRET", canary+"\nsecond line"),
		b.setVariable(t, project, "SECRET", canary),
		b.setVariable(t, project, "NUL", canary+"\x00"),
		b.setVariable(t, project, "PORT", canary),
		b.setVariable(t, project, "not-a-name", canary),
		b.setVariable(t, project, "LARGE", strings.Repeat(canary, 10_000)),
	}
	require.Equal(t, []int{200, 200, 422, 422, 422, 422}, lo.Map(answers, func(a answered, _ int) int { return a.StatusCode }))

	deployment := b.deployment(t, project.ID)
	for _, path := range []string{
		"/v1/projects/" + project.ID.String() + "/environment-variables", "/v1/projects/" + project.ID.String(),
		"/v1/deployments/" + deployment.ID.String(), "/v1/organisations/" + project.OrganisationID.String() + "/audit-events",
	} {
		answer := b.send(t, http.MethodGet, b.tokens.User, path, "", nil)
		require.Equal(t, http.StatusOK, answer.StatusCode)

		answers = append(answers, answer)
	}

	for _, answer := range answers {
		require.NotContains(t, answer.text, canary)
	}

	require.NotContains(t, b.log.String(), canary)
	require.NotContains(t, b.everyRow(t), canary)

	// It does reach the VM.
	vm := b.vm(t, deployment.ID)
	assignments, err := b.node.GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, vm, assignments.JSON200.VMS[0].ID)
	require.Equal(t, map[string]string{"SECRET": canary}, assignments.JSON200.VMS[0].Environment)

	deleted, err := b.owner.DeleteEnvironmentVariableWithResponse(t.Context(), project.ID, "SECRET", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	twice, err := b.owner.DeleteEnvironmentVariableWithResponse(t.Context(), project.ID, "SECRET", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, twice.StatusCode())
}

// everyRow is all that the database holds, as text.
func (b *testBundle) everyRow(t *testing.T) string {
	t.Helper()

	var text string

	const query = `SELECT string_agg(query_to_xml(format('TABLE %I.%I', table_schema, table_name), true, false, '')::text, '')
		FROM information_schema.tables WHERE table_schema IN ('public', 'river') AND table_type = 'BASE TABLE'`
	require.NoError(t, b.pool.QueryRow(t.Context(), query).Scan(&text))
	require.Contains(t, text, "SECRET", "the names of variables are there")

	return text
}

func TestEnvironment_IsBoundedByWhatAProcessCanBeGiven(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	// 64 KiB are bytes, not characters.
	full := strings.Repeat("a", maxVariableBytes)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "A", full).StatusCode)

	wide := b.setVariable(t, project, "WIDE", strings.Repeat("ä", maxVariableBytes/2+1))
	require.Equal(t, http.StatusUnprocessableEntity, wide.StatusCode)
	require.Contains(t, wide.text, "65538 bytes")

	for i := 1; i < maxEnvironmentBytes/maxVariableBytes-1; i++ {
		require.Equal(t, http.StatusOK, b.setVariable(t, project, "A"+strings.Repeat("A", i), full).StatusCode)
	}

	beyond := b.setVariable(t, project, "B", full)
	require.Equal(t, http.StatusConflict, beyond.StatusCode)
	require.Contains(t, beyond.text, "a process can be given 1048576 of them")

	// What is left is exactly what there is: names count, and what sealing adds does not.
	names := 0
	for i := range maxEnvironmentBytes/maxVariableBytes - 1 {
		names += 1 + i
	}

	left := maxEnvironmentBytes - (maxEnvironmentBytes/maxVariableBytes-1)*maxVariableBytes - names - len("B")
	require.Equal(t, http.StatusConflict, b.setVariable(t, project, "B", strings.Repeat("b", left+1)).StatusCode)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "B", strings.Repeat("b", left)).StatusCode)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "B", "shorter").StatusCode, "a variable that is replaced makes room")
}

func TestEnvironmentVariable_NameThatCannotBe_IsToldInWords(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	for name, says := range map[string]string{
		"=x": "letters, digits and underscores", "spring.datasource.url": "letters, digits and underscores", "1A": "letters, digits and underscores",
		"ZEITWORK_VM_ID": "the platform's own", "ZEITWORK_ANYTHING": "the platform's own",
	} {
		answer := b.setVariable(t, project, name, "x")
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, "%s: %s", name, answer.text)
		require.Contains(t, answer.text, says, name)
		require.NotContains(t, answer.text, "[A-Za-z", name)
	}

	require.Equal(t, http.StatusOK, b.setVariable(t, project, "ZEITWORKER", "x").StatusCode)
}

func TestEnvironmentVariable_PORT_IsThePortUnlessTheProjectHasOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	for _, value := range []string{"", "0", "65536", "http", "-1"} {
		answer := b.setVariable(t, project, "PORT", value)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, value)
		require.Contains(t, answer.text, "from 1 to 65535")
	}

	require.Equal(t, http.StatusOK, b.setVariable(t, project, "PORT", "3000").StatusCode)

	_, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Port: new(int64(5000))})
	require.NoError(t, err)

	ignored := b.setVariable(t, project, "PORT", "3000")
	require.Equal(t, http.StatusConflict, ignored.StatusCode)
	require.Contains(t, ignored.text, "which is 5000")
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "PORT", "5000").StatusCode)
}

func TestEnvironmentVariable_OfAProjectThatSaysSo_IsReadByOwnersAndWrittenDown(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	require.Equal(t, http.StatusOK, b.setVariable(t, project, "SECRET", canary+"\nsecond line").StatusCode)

	path := "/v1/projects/" + project.ID.String()
	read := func() answered {
		return b.send(t, http.MethodGet, b.tokens.User, path+"/environment-variables/SECRET/value?scope=all", "", nil)
	}
	access := func(readable bool) answered {
		return b.send(t, http.MethodPut, b.tokens.User, path+"/variable-access", toJSON(t, map[string]bool{"readable": readable}),
			http.Header{"Content-Type": {"application/json"}})
	}

	refused := read()
	require.Equal(t, http.StatusConflict, refused.StatusCode)
	require.Contains(t, refused.text, "can be written and not read")

	require.Equal(t, http.StatusOK, access(true).StatusCode)

	shown, err := b.owner.GetProjectWithResponse(t.Context(), project.ID)
	require.NoError(t, err)
	require.True(t, shown.JSON200.VariablesReadable)

	allowed := read()
	require.Equal(t, http.StatusOK, allowed.StatusCode)
	require.JSONEq(t, toJSON(t, map[string]string{"value": canary + "\nsecond line"}), allowed.text)
	require.Equal(t, "no-store", allowed.Header.Get("Cache-Control"))

	missing := b.send(t, http.MethodGet, b.tokens.User, path+"/environment-variables/SECRET/value?scope=preview", "", nil)
	require.Equal(t, http.StatusNotFound, missing.StatusCode)

	require.Equal(t, http.StatusOK, access(false).StatusCode)
	require.Equal(t, http.StatusConflict, read().StatusCode)

	events := b.send(t, http.MethodGet, b.tokens.User, "/v1/organisations/"+project.OrganisationID.String()+"/audit-events", "", nil)
	require.Equal(t, 1, strings.Count(events.text, `"environment_variable.read"`), "readings that were refused are none")
	require.Equal(t, 2, strings.Count(events.text, `"environment_variable.access"`))
	require.NotContains(t, events.text, canary)
	require.NotContains(t, b.log.String(), canary)
	require.NotContains(t, b.everyRow(t), canary)
}
