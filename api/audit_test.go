package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAudit_TellsWhoDidWhatWithWhich(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	organisation := w.id("organisation_id")

	cancelled := b.post(t, w.developerToken.token, "/v1/deployments/"+w.names["deployment_id"]+"/cancel", "", nil)
	require.Equal(t, http.StatusOK, cancelled.StatusCode, cancelled.text)

	again := b.post(t, w.developerToken.token, "/v1/deployments/"+w.names["deployment_id"]+"/cancel", "", nil)
	require.Equal(t, http.StatusOK, again.StatusCode, "nothing changes")

	events, err := b.as(t, w.viewer.token).ListAuditEventsWithResponse(t.Context(), organisation, &client.ListAuditEventsParams{SubjectID: new(w.id("deployment_id"))})
	require.NoError(t, err)
	require.Len(t, events.JSON200.Items, 1)

	event := events.JSON200.Items[0]
	require.Equal(t, client.AuditEventAction("deployment.cancel"), event.Action)
	require.Equal(t, client.Actor{Kind: "token", ID: &w.developerToken.tokenID, Name: new(organisationKind)}, event.Actor)
	require.Equal(t, &w.owner.userID, event.UserID, "who made the token")
	require.Equal(t, &w.developerToken.tokenID, event.TokenID)
}

func TestAudit_IsFilteredByActorSubjectAndTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	project := "/v1/projects/" + w.names["project_id"]

	for _, who := range []*actor{w.developer, w.owner, w.developer} {
		patched := b.send(t, http.MethodPatch, who.token, project, `{"branch":"b`+random()+`"}`, http.Header{"Content-Type": {"application/json"}})
		require.Equal(t, http.StatusOK, patched.StatusCode, patched.text)
	}

	list := func(params client.ListAuditEventsParams) []client.AuditEvent {
		answer, err := b.as(t, w.viewer.token).ListAuditEventsWithResponse(t.Context(), w.id("organisation_id"), &params)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return answer.JSON200.Items
	}

	all := list(client.ListAuditEventsParams{SubjectID: new(w.id("project_id"))})
	require.Len(t, all, 3)
	require.Len(t, list(client.ListAuditEventsParams{ActorID: &w.owner.userID}), 1)
	require.Len(t, list(client.ListAuditEventsParams{ActorID: &w.developer.userID, Limit: lo.ToPtr[int64](1)}), 1)
	require.Len(t, list(client.ListAuditEventsParams{Since: &all[1].CreatedAt}), 2)
	require.Len(t, list(client.ListAuditEventsParams{Until: &all[1].CreatedAt}), 1)
	require.Empty(t, list(client.ListAuditEventsParams{Until: new(time.Now().Add(-time.Hour))}))
}

func TestAudit_IsFilteredByActionAndKind_AndNamesWhoDidIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	one := "/v1/projects/" + w.names["project_id"]
	b.exec(t, "UPDATE users SET github_login = 'octocat' WHERE id = $1", w.developer.userID)

	body := http.Header{"Content-Type": {"application/json"}}
	require.Equal(t, http.StatusOK, b.send(t, http.MethodPatch, w.developer.token, one, `{"preview_days":3}`, body).StatusCode)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodPut, w.developerToken.token, one+"/environment-variables/A", `{"value":"x"}`, body).StatusCode)
	require.Equal(t, http.StatusOK, b.post(t, w.developer.token, "/v1/deployments/"+w.names["deployment_id"]+"/cancel", "", nil).StatusCode)

	list := func(query string) []client.AuditEvent {
		answer := b.send(t, http.MethodGet, w.viewer.token, "/v1/organisations/"+w.names["organisation_id"]+"/audit-events?"+query, "", nil)
		require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)

		page := client.PageAuditEvent{}
		require.NoError(t, fromJSON(answer.text, &page))

		return page.Items
	}
	actions := func(query string) []string {
		return lo.Map(list(query), func(e client.AuditEvent, _ int) string { return string(e.Action) })
	}

	require.Equal(t, []string{"project.update"}, actions("action=project.update"))
	require.Equal(t, []string{"deployment.cancel", "project.update"}, actions("action=project.,deployment.cancel"))
	require.Equal(t, []string{"environment_variable.set", "token.first_use"}, actions("actor_kind=token"))
	require.Equal(t, []string{"deployment.cancel"}, actions("subject_type=deployment"))
	require.Empty(t, actions("subject_type=deployment&actor_kind=token"))

	require.Equal(t, client.Actor{Kind: "user", ID: &w.developer.userID, Name: new("developer"), Login: new("octocat")}, list("action=project.update")[0].Actor)
}

func TestAudit_OfNodesTokensAndSignIns_IsReadByOperators(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.True(t, b.signsIn(t, b.strangerToken))
	b.signedIn(t, "owner@example.com").post(t, signOutPath, nil)

	made := b.makeToken(t, b.strangerToken, client.CreateTokenInputBody{Name: "ci"})
	_, err := b.owner.RotateNodeTokenWithResponse(t.Context(), b.nodeID, client.MachineRotation{})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, b.tokens.Node, "/v1/node/assignments", "", nil).StatusCode)

	answer, err := b.owner.ListAllAuditEventsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	find := func(action client.AuditEventAction, subject uuid.UUID) client.AuditEvent {
		event, ok := lo.Find(answer.JSON200.Items, func(e client.AuditEvent) bool {
			return e.Action == action && (subject == uuid.Nil || e.SubjectID == subject)
		})
		require.True(t, ok, action)

		return event
	}

	find("token.create", made.ID)
	find("node.rotate_token", b.nodeID)
	find("user.sign_in_code", uuid.Nil)
	require.Equal(t, find("session.create", uuid.Nil).SubjectID, find("session.end", uuid.Nil).SubjectID)
	require.True(t, lo.ContainsBy(answer.JSON200.Items, func(e client.AuditEvent) bool {
		return e.Action == "token.first_use" && e.Actor.Kind == "node" && *e.Actor.ID == b.nodeID && *e.Actor.Name == "node-1"
	}))

	organisation := b.organisation(t)
	own, err := b.owner.ListAllAuditEventsWithResponse(t.Context(), &client.ListAllAuditEventsParams{OrganisationID: &organisation})
	require.NoError(t, err)
	require.Len(t, own.JSON200.Items, 1)

	first := own.JSON200.Items[0]
	require.Equal(t, client.AuditEventAction("organisation.create"), first.Action, "before anybody could sign in")
	require.Equal(t, client.Actor{Kind: "platform"}, first.Actor)
	require.Equal(t, organisation, first.SubjectID)
	require.Equal(t, map[string]any{"slug": "first"}, first.Details)
}
