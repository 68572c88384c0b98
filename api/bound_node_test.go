package api

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

// boundMachine is a machine that has joined with a one-time token. Its key signs what it sends.
type boundMachine struct {
	key   ed25519.PrivateKey
	token string
	api   *client.ClientWithResponses
}

func newKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()

	key, _, err := httpsignature.NewKey()
	require.NoError(t, err)

	return key
}

// machine is one with that key and token.
func (b *testBundle) machine(t *testing.T, key ed25519.PrivateKey, token string) *boundMachine {
	t.Helper()

	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)

		return nil
	}
	signed := &http.Client{Transport: &httpsignature.Transport{Key: key, Next: http.DefaultTransport}}

	api, err := client.NewClientWithResponses(b.http.URL, client.WithHTTPClient(signed), client.WithRequestEditorFn(authorize))
	require.NoError(t, err)

	return &boundMachine{key: key, token: token, api: api}
}

// join makes a machine the node, with a one-time token.
func (b *testBundle) join(t *testing.T, node uuid.UUID, key ed25519.PrivateKey) *boundMachine {
	t.Helper()

	joined := b.exchange(t, b.oneTimeToken(t, node), key, false)
	require.NotNil(t, joined.JSON200, "%s", joined.Body)
	require.Equal(t, node, joined.JSON200.NodeID)

	return b.machine(t, key, *joined.JSON200.Token)
}

func (b *testBundle) oneTimeToken(t *testing.T, node uuid.UUID) string {
	t.Helper()

	made, err := b.owner.CreateJoinTokenWithResponse(t.Context(), node)
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.WithinDuration(t, time.Now().Add(time.Hour), made.JSON201.ExpiresAt, time.Minute)

	return made.JSON201.Token
}

func (b *testBundle) exchange(t *testing.T, oneTime string, key ed25519.PrivateKey, checkOnly bool) *client.JoinNodeResponse {
	t.Helper()

	body := client.JoinNodeInputBody{Token: oneTime, PublicKey: httpsignature.PublicKey(key)}
	if checkOnly {
		body.CheckOnly = &checkOnly
	}

	joined, err := b.nobody.JoinNodeWithResponse(t.Context(), body)
	require.NoError(t, err)

	return joined
}

// send sends a request with the machine's token that is signed at that time, and returns the status of the answer.
func (m *boundMachine) send(t *testing.T, method, target, body string, signedAt time.Time, change func(*http.Request)) (status int) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+m.token)
	request.Header.Set("Content-Type", "application/json")
	httpsignature.Sign(request, []byte(body), m.key, signedAt)

	if change != nil {
		change(request)
	}

	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())

	return answer.StatusCode
}

func TestJoin_OneTimeToken_IsGoodForOneMachineAndAnHour(t *testing.T) {
	t.Parallel()

	s := steal(t)
	key, oneTime := newKey(t), s.oneTimeToken(t, s.nodeID)

	checked := s.exchange(t, oneTime, newKey(t), true)
	require.Equal(t, "stolen", checked.JSON200.Name)
	require.Equal(t, "registry.example.com", checked.JSON200.RegistryHost)
	require.Nil(t, checked.JSON200.Token, "to ask uses nothing up")

	first := s.exchange(t, oneTime, key, false)
	require.NotNil(t, first.JSON200, "%s", first.Body)

	again := s.exchange(t, oneTime, key, false)
	require.NotNil(t, again.JSON200, "the answer may have been lost: %s", again.Body)
	require.NotEqual(t, *first.JSON200.Token, *again.JSON200.Token)

	another := s.exchange(t, oneTime, newKey(t), false)
	require.Equal(t, http.StatusConflict, another.StatusCode())
	require.Contains(t, string(another.Body), "zeitwork nodes join NAME")

	_, err := s.pool.Exec(t.Context(), "UPDATE join_tokens SET expires_at = now() - interval '1 second'")
	require.NoError(t, err)

	over := s.exchange(t, oneTime, key, false)
	require.Equal(t, http.StatusUnauthorized, over.StatusCode())
	require.Contains(t, string(over.Body), "good for an hour")

	s.oneTimeToken(t, s.nodeID)
	require.Equal(t, http.StatusUnauthorized, s.exchange(t, oneTime, key, false).StatusCode(), "another one has taken its place")
	require.Equal(t, http.StatusUnauthorized, s.exchange(t, s.token, key, false).StatusCode(), "a node's own token is none")

	var stored int
	require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT count(*) FROM join_tokens WHERE join_tokens::text LIKE '%' || $1 || '%'", oneTime).Scan(&stored))
	require.Zero(t, stored)
}

func TestJoin_AnotherMachineIsTheNodeAndInTouch_IsRefused(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))
	s.thief = machine.api
	require.Equal(t, http.StatusNoContent, s.claim(t, nil))

	_, err := s.pool.Exec(t.Context(), `INSERT INTO control_plane (id, answered_at, answering_since) VALUES (1, now(), now() - interval '1 hour')
		ON CONFLICT (id) DO UPDATE SET answered_at = now(), answering_since = now() - interval '1 hour'`)
	require.NoError(t, err)

	refused := s.exchange(t, s.oneTimeToken(t, s.nodeID), newKey(t), false)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "zeitwork node leave")

	require.NotNil(t, s.join(t, s.nodeID, machine.key), "the same machine may join again")

	_, err = s.pool.Exec(t.Context(), "UPDATE nodes SET last_seen_at = now() - interval '1 minute' WHERE id = $1", s.nodeID)
	require.NoError(t, err)

	s.join(t, s.nodeID, newKey(t))
	require.Equal(t, http.StatusUnauthorized, s.claim(t, nil), "the machine before is the node no longer, at once")
}

func TestBind_ReplacesTokenAndKey_WhileBothAreValid(t *testing.T) {
	t.Parallel()

	s := steal(t)
	node := func() *client.Node {
		found, err := s.owner.GetNodeWithResponse(t.Context(), s.nodeID)
		require.NoError(t, err)

		return found.JSON200
	}
	answers := func(api *client.ClientWithResponses) int {
		answer, err := api.GetAssignmentsWithResponse(t.Context(), nil)
		require.NoError(t, err)

		return answer.StatusCode()
	}
	bind := func(api *client.ClientWithResponses) *boundMachine {
		key := newKey(t)
		bound, err := api.BindNodeTokenWithResponse(t.Context(), client.BindNodeTokenInputBody{PublicKey: httpsignature.PublicKey(key)})
		require.NoError(t, err)
		require.NotNil(t, bound.JSON200, "%s", bound.Body)

		return s.machine(t, key, bound.JSON200.Token)
	}
	wait := func() {
		_, err := s.pool.Exec(t.Context(), "UPDATE api_tokens SET expires_at = expires_at - interval '11 minutes' WHERE node_id = $1", s.nodeID)
		require.NoError(t, err)
	}

	require.False(t, node().Bound)
	require.Equal(t, http.StatusOK, answers(s.thief), "an agent of the version before works on")

	first := bind(s.thief)
	require.False(t, node().Bound, "the token before is valid still")
	require.Equal(t, http.StatusOK, answers(s.thief))
	require.Equal(t, http.StatusOK, answers(first.api))
	wait()
	require.True(t, node().Bound)
	require.Equal(t, http.StatusUnauthorized, answers(s.thief))

	second := bind(first.api)
	require.Equal(t, http.StatusOK, answers(first.api))
	require.Equal(t, http.StatusOK, answers(second.api))
	require.Equal(t, http.StatusUnauthorized, answers(s.machine(t, first.key, second.token).api), "a token is bound to its own key")
	wait()
	require.Equal(t, http.StatusUnauthorized, answers(first.api))
	require.Equal(t, http.StatusOK, answers(second.api))

	rotated, err := s.owner.RotateNodeTokenWithResponse(t.Context(), s.nodeID, client.MachineRotation{})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, answers(s.as(t, rotated.JSON201.Secret)), "a new token is bound to the machine from the beginning")
	require.Equal(t, http.StatusOK, answers(s.machine(t, second.key, rotated.JSON201.Secret).api))
	require.Equal(t, http.StatusOK, answers(second.api))
}

func TestCreateNode_WithOneTimeToken_HasNoOtherToken(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "fresh", Region: "here", OneTime: new(true)})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	tokens, err := b.owner.ListNodeTokensWithResponse(t.Context(), made.JSON201.Node.ID, nil)
	require.NoError(t, err)
	require.Empty(t, tokens.JSON200.Items)

	answer, err := b.as(t, made.JSON201.Token).GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode(), "it is good for nothing but to join")

	joined := b.exchange(t, made.JSON201.Token, newKey(t), false)
	require.Equal(t, "fresh", joined.JSON200.Name)

	events, err := b.owner.ListAllAuditEventsWithResponse(t.Context(), &client.ListAllAuditEventsParams{SubjectID: &made.JSON201.Node.ID})
	require.NoError(t, err)

	actions := lo.Map(events.JSON200.Items, func(e client.AuditEvent, _ int) string { return string(e.Actor.Kind) + " " + string(e.Action) })

	require.Equal(t, []string{"node node.join", "user node.join_token", "user node.create"}, actions)
}
