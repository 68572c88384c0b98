package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// described is one operation of the OpenAPI document.
type described struct {
	*huma.Operation

	method, path string
}

func describedOperations(t *testing.T) []described {
	t.Helper()

	var all []described

	for path, item := range describedAPI().Paths {
		for method, operation := range operationsOf(item) {
			all = append(all, described{Operation: operation, method: method, path: path})
		}
	}

	require.NotEmpty(t, all)

	return all
}

// bodies are valid requests of the operations that want one.
func bodies() map[string]string {
	return map[string]string{
		"create-organisation":      `{"name":"other"}`,
		"create-token":             `{"name":"other"}`,
		"create-project":           `{"name":"other","repository_url":"https://git.example.com/a.git"}`,
		"update-project":           `{"branch":"other"}`,
		"set-environment-variable": `{"value":"x"}`,
		"create-domain":            `{"hostname":"other.example.org"}`,
		"create-deployment":        `{}`,
		"create-environment":       `{"branch":"other"}`,
		"update-environment":       `{}`,
		"create-node":              `{"name":"other","region":"there"}`,
		"update-node":              `{"state":"draining"}`,
		"create-edge":              `{"name":"other","region":"there"}`,
		"report-node":              `{"version":"1","runtime":"runc","cpu_millis":1,"memory_bytes":1,"vms":[]}`,
		"ship-logs":                `{"vm_id":"` + id.New().String() + `","lines":[]}`,
	}
}

// call sends a valid request of the operation and returns the status of the answer.
func (b *testBundle) call(t *testing.T, o described, token string, names map[string]string) int {
	t.Helper()

	path := o.path
	for name, value := range names {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}

	require.NotContains(t, path, "{", "the test knows no value for a name in the path")

	request, err := http.NewRequestWithContext(t.Context(), o.method, b.http.URL+path, strings.NewReader(bodies()[o.OperationID]))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")

	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode
}

// ofTheOwner are the names of things that belong to the owner's organisation.
func (b *testBundle) ofTheOwner(t *testing.T) map[string]string {
	t.Helper()

	project := b.project(t)
	domains, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, nil)
	require.NoError(t, err)

	tokens, err := b.owner.ListTokensWithResponse(t.Context(), nil)
	require.NoError(t, err)

	return map[string]string{
		"organisation_id": b.organisation(t).String(), "project_id": project.ID.String(), "domain_id": domains.JSON200.Items[0].ID.String(),
		"deployment_id": b.deployment(t, project.ID).ID.String(), "token_id": tokens.JSON200.Items[0].ID.String(), "name": "NAME",
		"environment_id": project.ID.String(), "node_id": b.nodeID.String(), "edge_id": id.New().String(),
	}
}

func TestOperations_WithoutAValidToken_Are401(t *testing.T) {
	t.Parallel()

	b := setup(t)
	names := b.ofTheOwner(t)

	for _, o := range describedOperations(t) {
		require.NotEmpty(t, o.Security, o.OperationID)
		require.Equal(t, http.StatusUnauthorized, b.call(t, o, "", names), o.OperationID)
		require.Equal(t, http.StatusUnauthorized, b.call(t, o, "zwu_FORGED", names), o.OperationID)
	}
}

func TestOperations_WithATokenOfAnotherKind_Are403(t *testing.T) {
	t.Parallel()

	b := setup(t)
	names := b.ofTheOwner(t)
	tokens := map[string]string{userToken: b.tokens.User, nodeToken: b.tokens.Node, edgeToken: b.tokens.Edge}

	for _, o := range describedOperations(t) {
		for scheme, token := range tokens {
			if _, own := o.Security[0][scheme]; !own {
				require.Equal(t, http.StatusForbidden, b.call(t, o, token, names), "%s with a %s", o.OperationID, scheme)
			}
		}
	}
}

func TestOperations_OnThingsOfOthers_Are404(t *testing.T) {
	t.Parallel()

	b := setup(t)
	names := b.ofTheOwner(t)
	owned := []string{"{organisation_id}", "{project_id}", "{deployment_id}", "{domain_id}", "{token_id}", "{environment_id}"}
	tried := 0

	for _, o := range describedOperations(t) {
		if !lo.SomeBy(owned, func(name string) bool { return strings.Contains(o.path, name) }) {
			continue
		}

		tried++

		require.Equal(t, http.StatusNotFound, b.call(t, o, b.strangerToken, names), o.OperationID)
	}

	require.Greater(t, tried, 20)

	foreign := `{"name":"x","repository_url":"https://git.example.com/a.git","organisation_id":"` + names["organisation_id"] + `"}`
	require.Equal(t, http.StatusNotFound, b.post(t, b.strangerToken, "/v1/projects", foreign, nil).StatusCode)
}

func TestOperations_OfOperators_Are403ForOthers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	names := b.ofTheOwner(t)
	tried := 0

	for _, o := range describedOperations(t) {
		if strings.HasPrefix(o.path, "/v1/nodes") || strings.HasPrefix(o.path, "/v1/edges") {
			tried++

			require.Equal(t, http.StatusForbidden, b.call(t, o, b.strangerToken, names), o.OperationID)
		}
	}

	require.Equal(t, 7, tried)
}

func TestLists_ShowOnlyWhatIsTheCallers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.project(t)

	projects, err := b.stranger.ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, projects.JSON200.Items)

	organisations, err := b.stranger.ListOrganisationsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, organisations.JSON200.Items, 1)

	me, err := b.stranger.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, "stranger@example.com", me.JSON200.User.Email)
	require.False(t, me.JSON200.User.Operator)
}
