package api

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net"
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

// inTouch has the node report, with an API that has answered all along.
func (s *stolen) inTouch(t *testing.T) {
	t.Helper()

	require.Equal(t, http.StatusNoContent, s.claim(t, nil))

	_, err := s.pool.Exec(t.Context(), `INSERT INTO control_plane (id, answered_at, answering_since) VALUES (1, now(), now() - interval '1 hour')
		ON CONFLICT (id) DO UPDATE SET answered_at = now(), answering_since = now() - interval '1 hour'`)
	require.NoError(t, err)
}

func TestJoin_NodeThatWasNeverBoundIsInTouch_IsRefused(t *testing.T) {
	t.Parallel()

	s := steal(t)
	s.inTouch(t)

	refused := s.exchange(t, s.oneTimeToken(t, s.nodeID), newKey(t), false)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "run `zeitwork node join` without a one-time token")

	_, err := s.pool.Exec(t.Context(), "UPDATE nodes SET last_seen_at = now() - interval '1 minute' WHERE id = $1", s.nodeID)
	require.NoError(t, err)
	s.join(t, s.nodeID, newKey(t))
}

func TestJoin_AnotherMachineIsTheNodeAndInTouch_IsRefused(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))
	s.thief = machine.api
	s.inTouch(t)

	refused := s.exchange(t, s.oneTimeToken(t, s.nodeID), newKey(t), false)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "zeitwork node leave")

	require.NotNil(t, s.join(t, s.nodeID, machine.key), "the same machine may join again")

	_, err := s.pool.Exec(t.Context(), "UPDATE nodes SET last_seen_at = now() - interval '1 minute' WHERE id = $1", s.nodeID)
	require.NoError(t, err)

	s.join(t, s.nodeID, newKey(t))
	require.Equal(t, http.StatusUnauthorized, s.claim(t, nil), "the machine before is the node no longer, at once")
}

// answersTo is the status with which the API answers an agent that asks what to run.
func answersTo(t *testing.T, agent *client.ClientWithResponses) int {
	t.Helper()

	answer, err := agent.GetAssignmentsWithResponse(t.Context(), nil)
	require.NoError(t, err)

	return answer.StatusCode()
}

func bindTo(t *testing.T, agent *client.ClientWithResponses, key ed25519.PrivateKey) *client.BindNodeTokenResponse {
	t.Helper()

	bound, err := agent.BindNodeTokenWithResponse(t.Context(), client.BindNodeTokenInputBody{PublicKey: httpsignature.PublicKey(key)})
	require.NoError(t, err)

	return bound
}

// elevenMinutesPass brings the ends of the node's tokens nearer by more than those that were replaced stay valid.
func (s *stolen) elevenMinutesPass(t *testing.T) {
	t.Helper()

	_, err := s.pool.Exec(t.Context(), "UPDATE api_tokens SET expires_at = expires_at - interval '11 minutes' WHERE node_id = $1", s.nodeID)
	require.NoError(t, err)
}

func TestBind_AnswerIsLost_NextTokenLastsAsLongAsTheOneBefore(t *testing.T) {
	t.Parallel()

	s := steal(t)
	key := newKey(t)

	_, err := s.pool.Exec(t.Context(), "UPDATE api_tokens SET expires_at = now() + interval '3 days' WHERE id = $1", s.tokenID)
	require.NoError(t, err)

	require.NotNil(t, bindTo(t, s.thief, key).JSON200)
	again := bindTo(t, s.thief, key)
	require.NotNil(t, again.JSON200, "%s", again.Body)

	stolen := bindTo(t, s.thief, newKey(t))
	require.Equal(t, http.StatusUnauthorized, stolen.StatusCode(), "a token that was replaced is of use to nobody with another key")
	require.Contains(t, string(stolen.Body), "bound to another key")

	s.elevenMinutesPass(t)

	machine := s.machine(t, key, again.JSON200.Token)
	require.Equal(t, http.StatusOK, answersTo(t, machine.api))

	tokens, err := s.owner.ListNodeTokensWithResponse(t.Context(), s.nodeID, nil)
	require.NoError(t, err)
	require.Len(t, tokens.JSON200.Items, 1)
	require.WithinDuration(t, time.Now().Add(72*time.Hour), *tokens.JSON200.Items[0].ExpiresAt, time.Hour, "the end that an operator has given holds")
}

func TestRotate_BoundTokenWasRevoked_NewOneIsBoundToTheSameMachine(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))

	_, err := s.pool.Exec(t.Context(), "UPDATE api_tokens SET revoked_at = now() WHERE node_id = $1", s.nodeID)
	require.NoError(t, err)

	rotated, err := s.owner.RotateNodeTokenWithResponse(t.Context(), s.nodeID, client.MachineRotation{})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, answersTo(t, s.as(t, rotated.JSON201.Secret)))
	require.Equal(t, http.StatusOK, answersTo(t, s.machine(t, machine.key, rotated.JSON201.Secret).api))
}

// TestSignature_NodeWithManyVMsWaits sends a body in two parts, each larger than what a server reads at once, and waits longer than a body may take.
func TestSignature_NodeWithManyVMsWaits(t *testing.T) {
	t.Parallel()

	s := steal(t)
	machine := s.join(t, s.nodeID, newKey(t))

	var told toldNode

	told.ask(t, machine.api, 0)
	require.NotEmpty(t, told.vms)

	// One VM that is named often makes as long a body as many VMs.
	known := client.KnownAssignments{NetworkVersion: &told.network, VMS: lo.RepeatBy(200, func(i int) client.KnownVM {
		vm := lo.Keys(told.vms)[i%len(told.vms)]

		return client.KnownVM{ID: vm, Version: *told.vms[vm].Version}
	})}
	body, err := json.Marshal(known)
	require.NoError(t, err)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.http.URL+"/v1/node/assignments?wait_seconds=6", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+machine.token)
	request.Header.Set("Content-Type", "application/json")
	httpsignature.Sign(request, body, machine.key, time.Now())

	var raw bytes.Buffer

	require.NoError(t, request.Write(&raw))

	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", request.URL.Host)
	require.NoError(t, err)

	defer func() { _ = connection.Close() }()

	began := time.Now()

	for _, part := range [][]byte{raw.Bytes()[:raw.Len()/2], raw.Bytes()[raw.Len()/2:]} {
		_, err = connection.Write(part)
		require.NoError(t, err)
	}

	answer, err := http.ReadResponse(bufio.NewReader(connection), request)
	require.NoError(t, err)

	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s", text)
	require.GreaterOrEqual(t, time.Since(began), 6*time.Second, "%s", text)
}

func TestBind_ReplacesTokenAndKey_WhileBothAreValid(t *testing.T) {
	t.Parallel()

	s := steal(t)
	node := func() *client.Node {
		found, err := s.owner.GetNodeWithResponse(t.Context(), s.nodeID)
		require.NoError(t, err)

		return found.JSON200
	}
	answers := func(api *client.ClientWithResponses) int { return answersTo(t, api) }
	bind := func(api *client.ClientWithResponses) *boundMachine {
		key := newKey(t)
		bound := bindTo(t, api, key)
		require.NotNil(t, bound.JSON200, "%s", bound.Body)

		return s.machine(t, key, bound.JSON200.Token)
	}
	wait := func() { s.elevenMinutesPass(t) }

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
