package api

import (
	"crypto/ed25519"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

// edgeToJoin makes an edge that no machine is yet, and returns its one-time token.
func (b *testBundle) edgeToJoin(t *testing.T, name string) (edge uuid.UUID, oneTime string) {
	t.Helper()

	made, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: name, Region: "there", OneTime: new(true)})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return made.JSON201.Edge.ID, made.JSON201.Token
}

func (b *testBundle) anotherEdgeToken(t *testing.T, edge uuid.UUID) string {
	t.Helper()

	made, err := b.owner.CreateEdgeJoinTokenWithResponse(t.Context(), edge)
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return made.JSON201.Token
}

func (b *testBundle) joinEdge(t *testing.T, oneTime string, key ed25519.PrivateKey, checkOnly bool) *client.JoinEdgeResponse {
	t.Helper()

	joined, err := b.nobody.JoinEdgeWithResponse(t.Context(), client.JoinEdgeInputBody{
		Token: oneTime, PublicKey: httpsignature.PublicKey(key), CheckOnly: &checkOnly,
	})
	require.NoError(t, err)

	return joined
}

// asksForRoutes has the machine ask for the route table, as the edge does, and returns the status of the answer.
func (m *boundMachine) asksForRoutes(t *testing.T) int {
	t.Helper()

	answer, err := m.api.GetRoutesWithResponse(t.Context(), nil)
	require.NoError(t, err)

	return answer.StatusCode()
}

func TestJoinEdge_OneTimeToken_IsGoodForOneMachineAndAnHour(t *testing.T) {
	t.Parallel()

	b := setup(t)
	edge, oneTime := b.edgeToJoin(t, "edge-9")
	key := newKey(t)

	checked := b.joinEdge(t, oneTime, newKey(t), true)
	require.NotNil(t, checked.JSON200, "%s", checked.Body)
	require.Equal(t, "edge-9 there", checked.JSON200.Name+" "+checked.JSON200.Region)
	require.Nil(t, checked.JSON200.Token, "to ask uses nothing up")

	first := b.joinEdge(t, oneTime, key, false)
	require.NotNil(t, first.JSON200, "%s", first.Body)

	again := b.joinEdge(t, oneTime, key, false)
	require.NotNil(t, again.JSON200, "the answer may have been lost: %s", again.Body)

	machine := b.machine(t, key, *again.JSON200.Token)
	require.Equal(t, http.StatusOK, machine.asksForRoutes(t))
	require.Equal(t, http.StatusUnauthorized, b.machine(t, newKey(t), machine.token).asksForRoutes(t), "the token is bound to the key from the beginning")

	var clocks int
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM edges WHERE id = $1 AND abs(clock_ahead_ms) < 10000", edge).Scan(&clocks))
	require.Equal(t, 1, clocks, "the edge has told what its clock says")

	bound, err := machine.api.BindEdgeTokenWithResponse(t.Context(), client.BindEdgeTokenInputBody{PublicKey: httpsignature.PublicKey(key)})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, bound.StatusCode(), "what the edge asks when it starts")

	another := b.joinEdge(t, oneTime, newKey(t), false)
	require.Equal(t, http.StatusConflict, another.StatusCode())
	require.Contains(t, string(another.Body), "zeitwork edges join NAME")

	_, err = b.pool.Exec(t.Context(), "UPDATE join_tokens SET expires_at = now() - interval '1 second'")
	require.NoError(t, err)

	over := b.joinEdge(t, oneTime, key, false)
	require.Equal(t, http.StatusUnauthorized, over.StatusCode())
	require.Contains(t, string(over.Body), "good for an hour")

	b.anotherEdgeToken(t, edge)
	require.Equal(t, http.StatusUnauthorized, b.joinEdge(t, oneTime, key, false).StatusCode(), "another one has taken its place")

	events, err := b.owner.ListAllAuditEventsWithResponse(t.Context(), &client.ListAllAuditEventsParams{SubjectID: &edge})
	require.NoError(t, err)
	require.Equal(t, []string{"user edge.join_token", "edge edge.join", "edge edge.join", "user edge.join_token", "user edge.create"},
		lo.Map(events.JSON200.Items, func(e client.AuditEvent, _ int) string { return string(e.Actor.Kind) + " " + string(e.Action) }))
}

func TestJoin_OneTimeTokenOfAnotherKind_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, ofEdge := b.edgeToJoin(t, "edge-9")
	made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-9", Region: "here", OneTime: new(true)})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	asNode := b.exchange(t, ofEdge, newKey(t), false)
	require.Equal(t, http.StatusUnauthorized, asNode.StatusCode())
	require.Contains(t, string(asNode.Body), "for a machine that is to be an edge, not a node")

	asEdge := b.joinEdge(t, made.JSON201.Token, newKey(t), false)
	require.Equal(t, http.StatusUnauthorized, asEdge.StatusCode())
	require.Contains(t, string(asEdge.Body), "for a machine that is to be a node, not an edge")

	require.NotNil(t, b.joinEdge(t, ofEdge, newKey(t), false).JSON200, "neither has used the token up")
}

func TestJoinEdge_MachineIsAnotherEdge_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, first := b.edgeToJoin(t, "edge-8")
	_, second := b.edgeToJoin(t, "edge-9")
	key := newKey(t)
	require.NotNil(t, b.joinEdge(t, first, key, false).JSON200)

	refused := b.joinEdge(t, second, key, true)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "This machine is the edge edge-8 already: `zeitwork edge leave` takes that off it, and then it can become edge-9.")
}

func TestJoinEdge_AnotherMachineIsTheEdge_IsRefusedWhileThatIsInTouch(t *testing.T) {
	t.Parallel()

	b := setup(t)
	edge, oneTime := b.edgeToJoin(t, "edge-9")
	key := newKey(t)
	before := b.machine(t, key, *b.joinEdge(t, oneTime, key, false).JSON200.Token)
	require.Equal(t, http.StatusOK, before.asksForRoutes(t))

	_, err := b.pool.Exec(t.Context(), `INSERT INTO control_plane (id, answered_at, answering_since) VALUES (1, now(), now() - interval '1 hour')
		ON CONFLICT (id) DO UPDATE SET answered_at = now(), answering_since = now() - interval '1 hour'`)
	require.NoError(t, err)

	refused := b.joinEdge(t, b.anotherEdgeToken(t, edge), newKey(t), false)
	require.Equal(t, http.StatusConflict, refused.StatusCode(), "%s", refused.Body)
	require.Contains(t, string(refused.Body), "Run `zeitwork edge leave` there")

	_, err = b.pool.Exec(t.Context(), "UPDATE edges SET last_seen_at = now() - interval '1 minute' WHERE id = $1", edge)
	require.NoError(t, err)

	fresh := newKey(t)
	after := b.machine(t, fresh, *b.joinEdge(t, b.anotherEdgeToken(t, edge), fresh, false).JSON200.Token)
	require.Equal(t, http.StatusOK, after.asksForRoutes(t))
	require.Equal(t, http.StatusUnauthorized, before.asksForRoutes(t), "the machine before is the edge no longer, at once")
}
