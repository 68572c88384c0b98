package api

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func (b *testBundle) signIn(t *testing.T, token string, extra ...string) answered {
	t.Helper()

	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, pair := range lo.Chunk(extra, 2) {
		header.Set(pair[0], pair[1])
	}

	return b.post(t, "", signInPath, url.Values{"token": {token}}.Encode(), header)
}

func TestRiverUI_IsForOperatorsThatSignedIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	const pages, states = riverPath + "/", riverPath + "/api/states"

	page := b.send(t, http.MethodGet, "", pages, "", http.Header{"Accept": {"text/html"}})
	require.Equal(t, http.StatusSeeOther, page.StatusCode)
	require.Equal(t, signInPath, page.Header.Get("Location"))
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, "", signInPath, "", nil).StatusCode)
	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, b.tokens.User, states, "", nil).StatusCode)

	require.Equal(t, http.StatusForbidden, b.signIn(t, b.strangerToken).StatusCode)
	require.Equal(t, http.StatusUnauthorized, b.signIn(t, "zwu_FORGED").StatusCode)
	require.Equal(t, http.StatusForbidden, b.signIn(t, b.tokens.User, "Sec-Fetch-Site", "cross-site").StatusCode)

	made, err := b.owner.CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "browser"})
	require.NoError(t, err)

	signedIn := b.signIn(t, made.JSON201.Secret)
	require.Equal(t, http.StatusSeeOther, signedIn.StatusCode, signedIn.text)

	cookie := signedIn.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)

	session := func() http.Header { return http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}} }
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, "", pages, "", session()).StatusCode)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, "", states, "", session()).StatusCode)

	foreign := session()
	foreign.Set("Origin", "https://evil.example")
	foreign.Set("Content-Type", "application/json")
	require.Equal(t, http.StatusForbidden, b.post(t, "", riverPath+"/api/jobs/delete", `{"ids":["1"]}`, foreign).StatusCode)

	revoked, err := b.owner.RevokeTokenWithResponse(t.Context(), made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, revoked.StatusCode())
	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, "", states, "", session()).StatusCode)
	require.NotContains(t, b.log.String(), made.JSON201.Secret)
}

func TestTokens_AreShownOnceAndCanBeRevoked(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made, err := b.owner.CreateTokenWithResponse(t.Context(), client.CreateTokenInputBody{Name: "ci", ExpiresInDays: lo.ToPtr[int64](1)})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201.ExpiresAt)

	other := b.as(t, made.JSON201.Secret)

	list, err := other.ListTokensWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, list.JSON200)
	require.NotContains(t, string(list.Body), made.JSON201.Secret)
	require.NotNil(t, list.JSON200.Items[0].LastUsedAt)

	_, err = b.pool.Exec(t.Context(), "UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = $1", made.JSON201.ID)
	require.NoError(t, err)

	expired, err := other.GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, expired.StatusCode())
}

func TestEdges_AreMadeAndDeleted(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-2", Region: "there"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	routes, err := b.as(t, made.JSON201.Token).GetRoutesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, routes.JSON200)

	twice, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-2", Region: "there"})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, twice.StatusCode())

	deleted, err := b.owner.DeleteEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	list, err := b.owner.ListEdgesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.JSON200.Items, 1)
}

func TestNodes_Deleted_ItsAddressesRestUntilNoEdgeCanRouteToThem(t *testing.T) {
	t.Parallel()

	b := setup(t)

	add := func(name string) client.Node {
		made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: name, Region: "here"})
		require.NoError(t, err)
		require.NotNil(t, made.JSON201, "%s", made.Body)

		return made.JSON201.Node
	}

	release := func(cooldown time.Duration) { require.NoError(t, b.queries.ReleasePrefixes(t.Context(), cooldown)) }

	second := add("node-2")
	deleted, err := b.owner.DeleteNodeWithResponse(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	third := add("node-3")
	require.NotEqual(t, second.Prefix, third.Prefix, "an edge may still send requests there")

	release(time.Hour)
	require.NotEqual(t, second.Prefix, add("node-4").Prefix, "the cooldown is not over")

	_, err = b.pool.Exec(t.Context(), "UPDATE edges SET last_seen_at = now() - interval '1 hour'")
	require.NoError(t, err)
	release(0)
	require.NotEqual(t, second.Prefix, add("node-5").Prefix, "an edge has not been heard of since")

	_, err = b.pool.Exec(t.Context(), "UPDATE edges SET last_seen_at = now()")
	require.NoError(t, err)
	release(0)
	require.Equal(t, second.Prefix, add("node-6").Prefix)
}
