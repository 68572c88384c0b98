package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// described is one operation of the OpenAPI document that the server serves.
type described struct {
	ID         string              `json:"operationId"`
	Permission describedPermission `json:"x-permission"`

	method, path string
}

// describedOperations reads the document of the server, so that a new operation is called without a word in these tests.
func (b *testBundle) describedOperations(t *testing.T) []described {
	t.Helper()

	var document struct {
		Paths map[string]map[string]described `json:"paths"`
	}

	require.NoError(t, json.Unmarshal([]byte(b.send(t, http.MethodGet, "", "/v1/openapi.json", "", nil).text), &document))

	var all []described

	for path, item := range document.Paths {
		for method, o := range item {
			o.method, o.path = strings.ToUpper(method), path
			all = append(all, o)
		}
	}

	slices.SortFunc(all, func(a, b described) int { return strings.Compare(a.ID, b.ID) })
	require.Greater(t, len(all), 60)

	return all
}

// call sends a valid request of the operation, on the things of the world, and returns the answer.
func (w *world) call(t *testing.T, o described, caller *actor) answered {
	t.Helper()

	fill := func(text string) string {
		for name, value := range w.names {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}

		return text
	}

	path := fill(o.path)
	require.NotContains(t, path, "{", "the test knows no value for a name in the path")

	query := map[string]string{"search-build-log": "?q=x", "get-log-context": "?around={line_id}",
		"follow-streams": "?of=/v1/projects/{project_id}/changes%3Ffollow%3Dfalse"}[o.ID]
	if strings.HasPrefix(o.ID, "stream-") {
		query = "?follow=false"
	}

	header, token := http.Header{"Content-Type": {"application/json"}}, caller.token
	if caller.session {
		header.Set("Cookie", sessionCookie+"="+token)

		token = ""
	}

	return w.bundle.send(t, o.method, token, path+fill(query), fill(bodies()[o.ID]), header)
}

// expected returns the status with which an operation answers a caller, as its declaration says; 200 stands for all that succeed.
func (o described) expected(of *actor) int {
	switch {
	case o.Permission.Who == whoAnybody:
		return http.StatusOK
	case of.invalid:
		return http.StatusUnauthorized
	case o.Permission.Who == nodeKind || o.Permission.Who == edgeKind:
		return statusIf(of.kind == o.Permission.Who)
	case of.kind != userKind && of.kind != organisationKind:
		return http.StatusForbidden
	case o.Permission.Personal && of.kind == organisationKind:
		return http.StatusForbidden
	case o.Permission.Who == whoOperator:
		return statusIf(of.operator)
	case o.Permission.Who == whoSession:
		return statusIf(of.session)
	case o.Permission.Who == whoMember && of.role == "":
		return http.StatusNotFound
	case o.Permission.Who == whoMember:
		return statusIf(of.role.includes(role(o.Permission.Role)))
	default:
		return http.StatusOK
	}
}

func statusIf(allowed bool) int {
	if allowed {
		return http.StatusOK
	}

	return http.StatusForbidden
}

// TestOperations_RefuseWhomTheirDeclarationDoesNotName calls each operation as everybody, with the ids of one organisation.
func TestOperations_RefuseWhomTheirDeclarationDoesNotName(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	refused := 0

	for _, o := range b.describedOperations(t) {
		for _, caller := range w.actors() {
			expected := o.expected(caller)

			// A token or an invitation that belongs to one user is not found by any other.
			if o.Permission.Who == whoUser && expected == http.StatusOK && strings.Contains(o.path, "{") && caller.userID != w.holder.userID {
				expected = http.StatusNotFound
			}

			if expected == http.StatusOK {
				continue
			}

			answer := w.call(t, o, caller)
			require.Equal(t, expected, answer.StatusCode, "%s as %s: %s", o.ID, caller.name, answer.text)

			refused++
		}
	}

	require.Greater(t, refused, 600)
}

// TestOperations_OnThingsOfAnotherOrganisation_Are404 goes by one's own organisation to what belongs to another one.
func TestOperations_OnThingsOfAnotherOrganisation_Are404(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w, own := b.newWorld(t), b.newWorld(t)
	w.names["invitation_id"] = w.invitation(t, uuid.MustParse(w.names["organisation_id"]), w.stranger).String()
	w.names["token_id"] = w.developerToken.tokenID.String()
	w.names["organisation_id"] = own.names["organisation_id"]
	tried := 0

	for _, o := range b.describedOperations(t) {
		if strings.HasPrefix(o.path, "/v1/organisations/{organisation_id}/") && strings.Count(o.path, "{") > 1 {
			require.Equal(t, http.StatusNotFound, w.call(t, o, own.owner).StatusCode, o.ID)

			tried++
		}
	}

	require.Equal(t, 11, tried)
}

// TestOperations_LetThoseDoItWhomTheirDeclarationNames calls each operation as everybody that may, from the least on, on things that are there.
func TestOperations_LetThoseDoItWhomTheirDeclarationNames(t *testing.T) {
	t.Parallel()

	b := setup(t)
	shared := b.newWorld(t)

	for _, o := range b.describedOperations(t) {
		used := false

		for i := range shared.actors() {
			w := shared
			if o.expected(w.actors()[i]) != http.StatusOK {
				continue
			}

			// An operation that changes something is called in a world of its own.
			if o.method != http.MethodGet {
				w = b.newWorld(t)
			}

			caller := w.actors()[i]
			w.prepare(t, o, caller)

			answer := w.call(t, o, caller)
			require.Less(t, answer.StatusCode, 300, "%s as %s: %s", o.ID, caller.name, answer.text)

			used = true
		}

		require.True(t, used, "%s: nobody may do it", o.ID)
	}
}

func TestOperations_WithoutADeclaration_AreNotRegistered(t *testing.T) {
	t.Parallel()

	handler := func(_ context.Context, _ *struct{}) (*struct{}, error) { return nil, nil } //nolint:nilnil // It is never called.
	undeclared := huma.Operation{OperationID: "undeclared", Method: http.MethodGet, Path: "/v1/undeclared"}

	require.PanicsWithValue(t, "the operation undeclared declares no permission", func() {
		huma.Register(newHuma(http.NewServeMux(), sessionCookie), undeclared, handler)
	})
	require.Panics(t, func() {
		huma.Register(newHuma(http.NewServeMux(), sessionCookie), permitted(undeclared, permission{}), handler)
	})
	require.Panics(t, func() {
		huma.Register(newHuma(http.NewServeMux(), sessionCookie), permitted(undeclared, viewerOf(projectSubject())), handler)
	})
	require.NotPanics(t, func() {
		huma.Register(newHuma(http.NewServeMux(), sessionCookie), permitted(undeclared, anyUser()), handler)
	})
}

func TestOperations_SayWhoMayCallThem(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, o := range b.describedOperations(t) {
		require.NotEmpty(t, o.Permission.Who, o.ID)
	}

	document := describedAPI()
	require.Contains(t, document.Paths["/v1/projects/{project_id}"].Delete.Description, "Needs the role owner, or a higher one, in the project's organisation.")
	require.Contains(t, document.Paths["/v1/nodes"].Get.Description, "For operators.")
}

func TestCreateProject_InAnOrganisationThatTheBodyNames_NeedsTheRoleThere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)

	for caller, status := range map[*actor]int{
		w.stranger: http.StatusNotFound, w.operator: http.StatusNotFound, w.viewer: http.StatusForbidden, w.developer: http.StatusCreated,
	} {
		body := fmt.Sprintf(`{"name":"x","repository_url":"https://git.example.com/a.git","organisation_id":%q}`, w.names["organisation_id"])
		require.Equal(t, status, b.post(t, caller.token, "/v1/projects", body, nil).StatusCode, caller.name)
	}
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

// bodies are valid requests of the operations that want one; {random} is another word in each world.
func bodies() map[string]string {
	return map[string]string{
		"create-organisation":          `{"name":"other {random}"}`,
		"update-organisation":          `{"name":"other","slug":"o{random}"}`,
		"create-token":                 `{"name":"other"}`,
		"create-device-login":          `{"machine":"laptop"}`,
		"create-device-token":          `{"device_code":"{device_code}"}`,
		"rotate-token":                 `{}`,
		"create-invitation":            `{"email":"{random}@example.org","role":"viewer"}`,
		"create-notification-channel":  `{"kind":"webhook","name":"{random}","address":"https://hooks.example.com/zeitwork"}`,
		"create-platform-channel":      `{"kind":"webhook","name":"{random}","address":"https://hooks.example.com/zeitwork"}`,
		"update-notification-channel":  `{"enabled":false}`,
		"update-member":                `{"role":"developer"}`,
		"transfer-organisation":        `{"user_id":"{user_id}"}`,
		"set-operator":                 `{"operator":true}`,
		"create-project":               `{"name":"other","repository_url":"https://git.example.com/a.git","organisation_id":"{organisation_id}"}`,
		"update-project":               `{"branch":"other"}`,
		"restore-project":              `{}`,
		"create-detection":             `{"repository_url":"https://git.example.com/a.git","organisation_id":"{organisation_id}"}`,
		"connect-github":               `{}`,
		"set-environment-variable":     `{"value":"x"}`,
		"import-environment-variables": `{"set":[{"name":"OTHER","value":"x"}],"delete":["NAME"]}`,
		"set-variable-access":          `{"readable":true}`,
		"create-domain":                `{"hostname":"{random}.example.org"}`,
		"set-https-credential":         `{"username":"reader","password":"x"}`,
		"trust-host":                   `{"fingerprint":"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"}`,
		"update-domain":                `{"redirect_to":""}`,
		"put-domain-certificate":       `{"chain":{chain},"key":{key}}`,
		"create-deployment":            `{}`,
		"create-environment":           `{"branch":"b{random}"}`,
		"update-environment":           `{}`,
		"approve-environment":          `{"commit":"` + awaitedCommit + `"}`,
		"create-node":                  `{"name":"n{random}","region":"there"}`,
		"update-edge":                  `{"state":"draining"}`,
		"update-node":                  `{"state":"draining"}`,
		"rotate-node-token":            `{}`,
		"join-node":                    `{"token":"{join_token}","public_key":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}`,
		"join-edge":                    `{"token":"{edge_join_token}","public_key":"{edge_key}"}`,
		"bind-node-token":              `{"public_key":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}`,
		"create-edge":                  `{"name":"e{random}","region":"there"}`,
		"rotate-edge-token":            `{}`,
		"get-assignment-changes":       `{"vms":[]}`,
		"report-node":                  `{"version":"1","runtime":"runc","cpu_millis":1,"memory_bytes":1,"vms":[]}`,
		"set-platform-quotas":          `{}`,
		"set-quotas":                   `{"builds":3}`,
		"ship-requests":                `{"requests":[],"dropped":[]}`,
		"ship-logs":                    `{"vm_id":"{vm_id}","lines":[]}`,
		"wake-deployment":              `{"deployment_id":"{deployment_id}"}`,
		"bind-edge-token":              `{"public_key":"{edge_key}"}`,
		"report-edge":                  `{"run_id":"0190a1b2-0000-7000-8000-000000000000","sequence":1,"sent_at":"2026-01-02T03:04:05Z","traffic":[]}`,
	}
}

// random is a word that no other thing of a test is named by.
func random() string { return id.New().String()[24:] }
