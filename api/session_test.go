package api

import (
	"maps"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// client returns a client that sends the cookies of the browser.
func (w *browser) client(t *testing.T) *client.ClientWithResponses {
	t.Helper()

	c, err := client.NewClientWithResponses(w.bundle.http.URL, client.WithRequestEditorFn(w.send))
	require.NoError(t, err)

	return c
}

func TestSession_DoesWhatATokenOfTheUserDoes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.signedIn(t, "owner@example.com")
	c := w.client(t)

	me, err := c.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, "owner@example.com", me.JSON200.User.Email)
	require.True(t, me.JSON200.User.Operator)

	session, err := c.GetSessionWithResponse(t.Context())
	require.NoError(t, err)
	require.NotNil(t, session.JSON200, "%s", session.Body)
	require.Equal(t, me.JSON200.TokenID, session.JSON200.ID)
	require.True(t, session.JSON200.Current)
	require.Equal(t, "127.0.0.1", session.JSON200.Address)

	// The same key, sent again, makes nothing twice.
	var made *client.CreateOrganisationResponse

	for range 2 {
		made, err = c.CreateOrganisationWithResponse(t.Context(), &client.CreateOrganisationParams{IdempotencyKey: new("once")},
			client.CreateOrganisationInputBody{Name: "made in a session"})
		require.NoError(t, err)
		require.NotNil(t, made.JSON201, "%s", made.Body)
	}

	events, err := c.ListAuditEventsWithResponse(t.Context(), made.JSON201.ID, nil)
	require.NoError(t, err)
	require.Len(t, events.JSON200.Items, 1)
	require.Equal(t, session.JSON200.ID, *events.JSON200.Items[0].TokenID)
	require.Equal(t, client.ActorKindUser, events.JSON200.Items[0].Actor.Kind)

	// A session is no token, and a token no session; the header counts first.
	secret := w.cookies[sessionCookie].Value
	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, secret, "/v1/me", "", nil).StatusCode)
	require.Equal(t, http.StatusUnauthorized,
		b.send(t, http.MethodGet, "", "/v1/me", "", http.Header{"Cookie": {sessionCookie + "=" + b.tokens.User}}).StatusCode)
	require.Contains(t, b.send(t, http.MethodGet, b.strangerToken, "/v1/me", "", w.header()).text, "stranger@example.com")
	require.NotContains(t, b.log.String(), secret)
}

func TestSession_EndsAtOnceBySigningOut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.signedIn(t, "owner@example.com")
	stolen := w.header()

	answer := b.send(t, http.MethodDelete, "", "/v1/session", "", w.header())
	require.Equal(t, http.StatusNoContent, answer.StatusCode, answer.text)
	require.Negative(t, answer.Cookies()[0].MaxAge, "the browser forgets it as well")

	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, "", "/v1/me", "", stolen).StatusCode)
	require.Equal(t, http.StatusForbidden, b.send(t, http.MethodGet, b.tokens.User, "/v1/session", "", nil).StatusCode)
}

func TestSessions_AreSeenAndEndedEverywhere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	first, second, third := b.signedIn(t, "owner@example.com"), b.signedIn(t, "owner@example.com"), b.signedIn(t, "owner@example.com")
	other := b.signedIn(t, "stranger@example.com")
	status := func(w *browser) int { return b.send(t, http.MethodGet, "", "/v1/me", "", w.header()).StatusCode }

	list, err := second.client(t).ListSessionsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.JSON200.Items, 3)
	require.Equal(t, []bool{false, true, false}, []bool{list.JSON200.Items[0].Current, list.JSON200.Items[1].Current, list.JSON200.Items[2].Current})

	foreign, err := other.client(t).EndOneSessionWithResponse(t.Context(), list.JSON200.Items[0].ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, foreign.StatusCode(), "somebody else's")

	one, err := second.client(t).EndOneSessionWithResponse(t.Context(), list.JSON200.Items[0].ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, one.StatusCode())
	require.Equal(t, http.StatusUnauthorized, status(third))

	kept, err := second.client(t).EndSessionsWithResponse(t.Context(), &client.EndSessionsParams{KeepCurrent: new(true)})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, kept.StatusCode())
	require.Equal(t, []int{http.StatusUnauthorized, http.StatusOK}, []int{status(first), status(second)})

	// Whoever has lost a browser ends its session with a token.
	all, err := b.owner.EndSessionsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, all.StatusCode())
	require.Equal(t, http.StatusUnauthorized, status(second))
	require.Equal(t, http.StatusOK, status(other))
}

func TestSession_IsANewOneWithEachSignIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	victim, attacker := b.newBrowser(t), b.signedIn(t, "stranger@example.com")

	// The attacker plants a session, and one of their own making, in the victim's browser.
	for _, planted := range []string{attacker.cookies[sessionCookie].Value, "zws_CHOSEN"} {
		victim.cookies[sessionCookie] = &http.Cookie{Name: sessionCookie, Value: planted}

		code, err := NewSignInCode(t.Context(), b.pool, "owner@example.com")
		require.NoError(t, err)
		require.Equal(t, http.StatusSeeOther, victim.post(t, signInCodePath, url.Values{"code": {code}}).StatusCode)
		require.NotEqual(t, planted, victim.cookies[sessionCookie].Value)
		require.Contains(t, b.send(t, http.MethodGet, "", "/v1/me", "", victim.header()).text, "owner@example.com")
		require.Equal(t, http.StatusUnauthorized,
			b.send(t, http.MethodGet, "", "/v1/me", "", http.Header{"Cookie": {sessionCookie + "=" + planted}}).StatusCode)
	}
}

func TestSession_UnusedForThirtyDays_IsOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.signedIn(t, "owner@example.com")
	status := func() int { return b.send(t, http.MethodGet, "", "/v1/me", "", w.header()).StatusCode }
	daysLeft := func() (days int) {
		require.NoError(t, b.pool.QueryRow(t.Context(),
			"SELECT round(extract(epoch FROM expires_at - now()) / 86400) FROM api_tokens WHERE kind = 'session'").Scan(&days))

		return days
	}

	require.Equal(t, 30, daysLeft())

	// A use moves the end, once it has come closer by a day.
	b.exec(t, "UPDATE api_tokens SET expires_at = now() + interval '29 days 1 hour', last_used_at = now() - interval '1 hour' WHERE kind = 'session'")
	require.Equal(t, http.StatusOK, status())
	require.Equal(t, 29, daysLeft())

	b.exec(t, "UPDATE api_tokens SET expires_at = now() + interval '3 days', last_used_at = now() - interval '1 hour' WHERE kind = 'session'")
	require.Equal(t, http.StatusOK, status())
	require.Equal(t, 30, daysLeft())

	b.exec(t, "UPDATE api_tokens SET expires_at = now() WHERE kind = 'session'")
	require.Equal(t, http.StatusUnauthorized, status())
}

func TestSession_ATokenMadeInIt_OutlastsItAndMayNotMore(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.signedIn(t, "stranger@example.com")

	made, err := w.client(t).CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "ci"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)
	require.Nil(t, made.JSON201.ParentID)
	require.Nil(t, made.JSON201.ExpiresAt)

	// The list of tokens has no sessions, which cannot be rotated or revoked as tokens.
	list, err := w.client(t).ListTokensWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.JSON200.Items, 2)

	session, err := w.client(t).GetSessionWithResponse(t.Context())
	require.NoError(t, err)
	rotated, err := w.client(t).RotateTokenWithResponse(t.Context(), session.JSON200.ID, client.Rotation{})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, rotated.StatusCode())
	revoked, err := w.client(t).RevokeTokenWithResponse(t.Context(), session.JSON200.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, revoked.StatusCode())

	anew, err := w.client(t).RotateTokenWithResponse(t.Context(), made.JSON201.ID, client.Rotation{})
	require.NoError(t, err)
	require.NotNil(t, anew.JSON201, "%s", anew.Body)

	w.post(t, signOutPath, nil)
	require.True(t, b.signsIn(t, made.JSON201.Secret))
	require.True(t, b.signsIn(t, anew.JSON201.Secret))
	require.Equal(t, http.StatusForbidden, b.send(t, http.MethodGet, made.JSON201.Secret, "/v1/nodes", "", nil).StatusCode)
}

func TestSession_RequestsThatOtherSitesSend_ChangeNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.signedIn(t, "owner@example.com")

	for name, header := range map[string]http.Header{
		"another site":          {"Sec-Fetch-Site": {"cross-site"}},
		"an app on a subdomain": {"Sec-Fetch-Site": {"same-site"}},
		"an old browser":        {"Origin": {"https://evil.example"}},
		"a page without origin": {"Origin": {"null"}},
	} {
		sent := w.header()
		sent.Set("Content-Type", "application/json")

		maps.Copy(sent, header)

		for _, request := range []struct{ method, path, body string }{
			{http.MethodPost, "/v1/tokens", `{"name":"stolen"}`},
			{http.MethodDelete, "/v1/sessions", ""},
			{http.MethodPost, signOutPath, ""},
			{http.MethodPost, signInCodePath, "code=x"},
			{http.MethodPost, devicePath, "user_code=x&decision=approve"},
		} {
			answer := b.send(t, request.method, "", request.path, request.body, sent)
			require.Equal(t, http.StatusForbidden, answer.StatusCode, "%s: %s", name, request.path)
			require.Contains(t, answer.text, "another site")
			require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
		}
	}

	require.Equal(t, http.StatusOK, w.get(t, accountPath).StatusCode, "the session is still there")
}

func TestSession_StreamsEndWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/events"

	for name, end := range map[string]func(w *browser){
		"signed out": func(w *browser) { w.post(t, signOutPath, nil) },
		"signed out elsewhere": func(*browser) {
			b.signedIn(t, "owner@example.com").post(t, accountSessionsPath, url.Values{"session": {"others"}})
		},
		"it has lasted too long": func(*browser) { b.exec(t, "UPDATE api_tokens SET expires_at = now() WHERE kind = 'session'") },
	} {
		w := b.signedIn(t, "owner@example.com")
		stream := b.streamWith(t, w.header(), path, "")
		require.Equal(t, "deployment", stream.next(t).name, name)

		end(w)
		require.Equal(t, receivedEvent{}, stream.next(t), "%s: the stream ends", name)
	}
}
