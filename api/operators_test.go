package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/version"
)

func TestRiverUI_IsForOperatorsThatSignedIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	const pages, states = riverPath + "/", riverPath + "/api/states"

	anonymous := b.newBrowser(t)
	page := anonymous.get(t, pages)
	require.Equal(t, http.StatusSeeOther, page.StatusCode)
	require.Equal(t, signInPath+"?return_to=%2Friver%2F", page.Header.Get("Location"))
	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, b.tokens.User, states, "", nil).StatusCode, "a token is no session")

	stranger := b.signedIn(t, "stranger@example.com")
	require.Equal(t, http.StatusForbidden, stranger.get(t, pages).StatusCode)
	require.Equal(t, http.StatusForbidden, stranger.get(t, states).StatusCode)

	operator := b.signedIn(t, "owner@example.com")
	require.Equal(t, http.StatusOK, operator.get(t, pages).StatusCode)
	require.Equal(t, http.StatusOK, operator.get(t, states).StatusCode)

	foreign := operator.header()
	foreign.Set("Origin", "https://evil.example")
	foreign.Set("Content-Type", "application/json")
	require.Equal(t, http.StatusForbidden, b.post(t, "", riverPath+"/api/jobs/delete", `{"ids":["1"]}`, foreign).StatusCode)

	// Whoever is no operator any more is out at once, and so is whoever signs out.
	b.exec(t, "UPDATE users SET operator = false WHERE email = 'owner@example.com'")
	require.Equal(t, http.StatusForbidden, operator.get(t, states).StatusCode)
	b.exec(t, "UPDATE users SET operator = true WHERE email = 'owner@example.com'")

	stolen := operator.header()
	require.Equal(t, http.StatusSeeOther, operator.post(t, signOutPath, nil).StatusCode)
	require.Equal(t, http.StatusUnauthorized, b.send(t, http.MethodGet, "", states, "", stolen).StatusCode)
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

	shown, err := b.owner.GetEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.Equal(t, made.JSON201.Edge, *shown.JSON200)

	routes, err := b.as(t, made.JSON201.Token).GetRoutesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, routes.JSON200)

	shown, err = b.owner.GetEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.True(t, shown.JSON200.InTouch)

	twice, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-2", Region: "there"})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, twice.StatusCode())

	deleted, err := b.owner.DeleteEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())

	list, err := b.owner.ListEdgesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.JSON200.Items, 1)

	shown, err = b.owner.GetEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, shown.StatusCode())
}

func TestMachineSettings_AreWhereThePlatformIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	told, err := b.owner.GetMachineSettingsWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, &client.MachineSettings{APIURL: b.http.URL, RegistryHost: "registry.example.com", Version: version.Get().Version}, told.JSON200)
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
