package api

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// signsIn tells whether a token is valid.
func (b *testBundle) signsIn(t *testing.T, token string) bool {
	t.Helper()

	return b.send(t, http.MethodGet, token, "/v1/me", "", nil).StatusCode == http.StatusOK
}

func (b *testBundle) makeToken(t *testing.T, with string, body client.CreateTokenInputBody) client.NewToken {
	t.Helper()

	made, err := b.as(t, with).CreateTokenWithResponse(t.Context(), body)
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return *made.JSON201
}

func TestTokens_MadeWithAToken_NeitherOutliveNorExceedIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	organisation := w.id("organisation_id")

	short := b.makeToken(t, w.developer.token, client.CreateTokenInputBody{Name: "short", ExpiresInDays: lo.ToPtr[int64](2)})
	child := b.makeToken(t, short.Secret, client.CreateTokenInputBody{Name: "child"})
	require.Equal(t, short.ExpiresAt, child.ExpiresAt, "it ends with the one that made it")

	for body, status := range map[string]int{
		`{"name":"x","expires_in_days":3}`:                                                  http.StatusUnprocessableEntity,
		`{"name":"x","role":"viewer"}`:                                                      http.StatusUnprocessableEntity,
		`{"name":"x","organisation_id":"` + organisation.String() + `","role":"owner"}`:     http.StatusForbidden,
		`{"name":"x","organisation_id":"` + b.organisation(t).String() + `"}`:               http.StatusNotFound,
		`{"name":"x","organisation_id":"` + organisation.String() + `","role":"developer"}`: http.StatusCreated,
	} {
		require.Equal(t, status, b.post(t, short.Secret, "/v1/tokens", body, nil).StatusCode, body)
	}

	viewer := b.makeToken(t, w.owner.token, client.CreateTokenInputBody{Name: "ci", OrganisationID: &organisation, Role: lo.ToPtr[client.CreateTokenInputBodyRole]("viewer")})
	require.Regexp(t, "^zwo_", viewer.Secret)
	require.Equal(t, http.StatusForbidden, b.post(t, viewer.Secret, "/v1/tokens", `{"name":"x","role":"developer"}`, nil).StatusCode)

	below := b.makeToken(t, viewer.Secret, client.CreateTokenInputBody{Name: "below"})
	require.Equal(t, &organisation, below.OrganisationID)
	require.Equal(t, client.NewTokenRole("viewer"), *below.Role)
}

func TestTokens_OfAnOrganisation_SeeThatOneAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	other := w.organisation(t)
	require.NoError(t, b.queries.AddMember(t.Context(), other, w.owner.userID, string(roleOwner)))

	ci := b.as(t, w.viewerToken.token)

	organisations, err := ci.ListOrganisationsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, organisations.JSON200.Items, 1)
	require.Equal(t, client.OrganisationRole("viewer"), organisations.JSON200.Items[0].Role)

	refused, err := ci.GetOrganisationWithResponse(t.Context(), other)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, refused.StatusCode())

	tokens, err := ci.ListTokensWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, tokens.JSON200.Items, 1, "not those of the user that made it")

	b.exec(t, "UPDATE users SET operator = true WHERE id = $1", w.owner.userID)

	me, err := b.as(t, w.ownerToken.token).GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.False(t, me.JSON200.User.Operator)
	require.Equal(t, http.StatusForbidden, b.send(t, http.MethodGet, w.ownerToken.token, "/v1/nodes", "", nil).StatusCode)
}

func (b *testBundle) exec(t *testing.T, statement string, arguments ...any) {
	t.Helper()

	_, err := b.pool.Exec(t.Context(), statement, arguments...)
	require.NoError(t, err)
}

func TestTokens_Revoked_TakeAllThatWereMadeWithThemAlong(t *testing.T) {
	t.Parallel()

	b := setup(t)
	root := b.makeToken(t, b.strangerToken, client.CreateTokenInputBody{Name: "root"})
	below := b.makeToken(t, root.Secret, client.CreateTokenInputBody{Name: "below"})
	tokens := []client.NewToken{root, below, b.makeToken(t, below.Secret, client.CreateTokenInputBody{Name: "further below"})}

	revoked, err := b.stranger.RevokeTokenWithResponse(t.Context(), root.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, revoked.StatusCode())

	for _, token := range tokens {
		require.False(t, b.signsIn(t, token.Secret))
	}

	require.True(t, b.signsIn(t, b.strangerToken))
}

func TestTokens_MadeOneWithTheOther_AreBoundedInDepth(t *testing.T) {
	t.Parallel()

	b := setup(t)
	with := b.strangerToken

	for range maxTokenDepth {
		with = b.makeToken(t, with, client.CreateTokenInputBody{Name: "below"}).Secret
	}

	refused, err := b.as(t, with).CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "below"})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode(), "%s", refused.Body)
}

func TestTokens_RevokedWhileTheyMakeOthers_LeaveNoneBehind(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for range 5 {
		root := b.makeToken(t, b.strangerToken, client.CreateTokenInputBody{Name: "root"})

		var (
			wait  sync.WaitGroup
			mutex sync.Mutex
			made  []string
		)

		for range 4 {
			wait.Go(func() {
				with := root.Secret

				for {
					answer, err := b.as(t, with).CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "below"})
					if err != nil || answer.JSON201 == nil {
						return
					}

					with = answer.JSON201.Secret

					mutex.Lock()
					made = append(made, with)
					mutex.Unlock()
				}
			})
		}

		revoked, err := b.stranger.RevokeTokenWithResponse(t.Context(), root.ID)
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, revoked.StatusCode())
		wait.Wait()

		for _, token := range made {
			require.False(t, b.signsIn(t, token))
		}
	}
}

func TestTokens_Rotated_BothAreValidForAWhile(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	ci := b.makeToken(t, w.owner.token, client.CreateTokenInputBody{Name: "ci", ExpiresInDays: lo.ToPtr[int64](9)})
	child := b.makeToken(t, ci.Secret, client.CreateTokenInputBody{Name: "child"})

	rotated, err := b.as(t, ci.Secret).RotateTokenWithResponse(t.Context(), ci.ID, client.Rotation{KeepOldMinutes: lo.ToPtr[int64](5)})
	require.NoError(t, err)
	require.NotNil(t, rotated.JSON201, "%s", rotated.Body)

	fresh := rotated.JSON201
	require.Equal(t, ci.ExpiresAt, fresh.ExpiresAt)
	require.True(t, b.signsIn(t, fresh.Secret))
	require.True(t, b.signsIn(t, ci.Secret))

	var ends time.Time

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT expires_at FROM api_tokens WHERE id = $1", ci.ID).Scan(&ends))
	require.WithinDuration(t, time.Now().Add(5*time.Minute), ends, time.Minute)

	// Revoking the new token revokes the old one and its child, too.
	revoked, err := b.as(t, w.owner.token).RevokeTokenWithResponse(t.Context(), fresh.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, revoked.StatusCode())

	for _, token := range []string{fresh.Secret, ci.Secret, child.Secret} {
		require.False(t, b.signsIn(t, token))
	}
}

func TestTokens_RotateOnlyThemselvesAndWhatWasMadeWithThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	child := b.makeToken(t, w.owner.token, client.CreateTokenInputBody{Name: "child"})

	rotate := func(with string, token uuid.UUID) int {
		answer, err := b.as(t, with).RotateTokenWithResponse(t.Context(), token, client.Rotation{KeepOldMinutes: lo.ToPtr[int64](0)})
		require.NoError(t, err)

		return answer.StatusCode()
	}

	require.Equal(t, http.StatusForbidden, rotate(child.Secret, w.owner.tokenID), "the secret of the one above would outlive it")
	require.Equal(t, http.StatusCreated, rotate(w.owner.token, child.ID))
	require.False(t, b.signsIn(t, child.Secret))
	require.Equal(t, http.StatusNotFound, rotate(w.stranger.token, w.owner.tokenID))
}

func TestMachineTokens_AreRotatedWithoutDowntime(t *testing.T) {
	t.Parallel()

	b := setup(t)

	rotated, err := b.owner.RotateNodeTokenWithResponse(t.Context(), b.nodeID, client.MachineRotation{ExpiresInDays: lo.ToPtr[int64](90)})
	require.NoError(t, err)
	require.NotNil(t, rotated.JSON201, "%s", rotated.Body)
	require.NotNil(t, rotated.JSON201.ExpiresAt)

	asks := func(token string) int {
		return b.send(t, http.MethodGet, token, "/v1/node/assignments", "", nil).StatusCode
	}
	require.Equal(t, http.StatusOK, asks(b.tokens.Node))
	require.Equal(t, http.StatusOK, asks(rotated.JSON201.Secret))

	tokens, err := b.owner.ListNodeTokensWithResponse(t.Context(), b.nodeID, nil)
	require.NoError(t, err)
	require.Len(t, tokens.JSON200.Items, 2)
	require.NotNil(t, tokens.JSON200.Items[1].ExpiresAt, "the old one ends")

	_, err = b.owner.RotateNodeTokenWithResponse(t.Context(), b.nodeID, client.MachineRotation{KeepOldMinutes: lo.ToPtr[int64](0)})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, asks(b.tokens.Node))
	require.Equal(t, http.StatusUnauthorized, asks(rotated.JSON201.Secret))

	// The next start of a local platform must not bring an old token back.
	require.NoError(t, Bootstrap{
		Email: "owner@example.com", Organisation: "first", Node: "node-1", ClusterRange: b.server.config.ClusterRange, Tokens: b.tokens,
	}.Run(t.Context(), b.pool))
	require.Equal(t, http.StatusUnauthorized, asks(b.tokens.Node))
}

func TestAddUser_GivesATokenAndAnOrganisation_AndOperatorsOnlyWhereAsked(t *testing.T) {
	t.Parallel()

	b := setup(t)

	token, err := AddUser(t.Context(), b.pool, "Ada@example.com", "", false)
	require.NoError(t, err)

	me, err := b.as(t, token).GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, "ada@example.com", me.JSON200.User.Email)
	require.False(t, me.JSON200.User.Operator)
	require.Len(t, me.JSON200.Organisations, 1)
	require.Equal(t, client.OrganisationRole("owner"), me.JSON200.Organisations[0].Role)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'organisation.create' AND organisation_id = $1",
		me.JSON200.Organisations[0].ID))

	again, err := AddUser(t.Context(), b.pool, "ada@example.com", "", true)
	require.NoError(t, err)

	same, err := b.as(t, again).GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, me.JSON200.User.ID, same.JSON200.User.ID)
	require.True(t, same.JSON200.User.Operator)
	require.Len(t, same.JSON200.Organisations, 1)

	// Who has signed in with the address is somebody that whoever adds a user has to know.
	b.exec(t, "UPDATE users SET github_id = 7, github_login = 'ada-l' WHERE email = 'ada@example.com'")

	for _, login := range []string{"", "other"} {
		_, err = AddUser(t.Context(), b.pool, "ada@example.com", login, true)
		require.Equal(t, problem.Conflict, problem.CodeOf(err))
		require.ErrorContains(t, err, "--github-login ada-l")
	}

	_, err = AddUser(t.Context(), b.pool, "ada@example.com", "Ada-L", true)
	require.NoError(t, err)

	_, err = AddUser(t.Context(), b.pool, "no address", "", false)
	require.ErrorContains(t, err, "no email address")
}
