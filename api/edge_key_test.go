package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

// A copy of an edge's token cannot say that the edge serves from a newer table than it does: addresses would be given to other VMs too early.
func TestEdgeToken_IsOfUseWithTheKeyOfItsMachineAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.project(t)

	key := newKey(t)

	machine, err := client.NewClientWithResponses(b.http.URL,
		client.WithHTTPClient(&http.Client{Transport: &httpsignature.Transport{Key: key, Next: http.DefaultTransport}}),
		client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+b.tokens.Edge)

			return nil
		}))
	require.NoError(t, err)

	bind := func(edge *client.ClientWithResponses, public string) int {
		answer, err := edge.BindEdgeTokenWithResponse(t.Context(), client.BindEdgeTokenInputBody{PublicKey: public})
		require.NoError(t, err)

		return answer.StatusCode()
	}

	require.Equal(t, http.StatusNoContent, bind(machine, httpsignature.PublicKey(key)))
	require.Equal(t, http.StatusNoContent, bind(machine, httpsignature.PublicKey(key)), "a start later")

	// The real edge is behind.
	table, err := machine.GetRoutesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, table.JSON200, "%s", table.Body)
	b.project(t)

	behind := func() int64 {
		version, err := b.queries.CurrentRouteVersion(t.Context())
		require.NoError(t, err)

		count, err := b.queries.CountEdgesBehind(t.Context(), version, time.Minute)
		require.NoError(t, err)

		return count
	}

	require.EqualValues(t, 1, behind())

	version, err := b.queries.CurrentRouteVersion(t.Context())
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, b.routes(t, routesETag(version), 0).StatusCode(), "a copy of the token")
	require.Equal(t, http.StatusUnauthorized, bind(b.edge, httpsignature.PublicKey(newKey(t))))
	require.EqualValues(t, 1, behind())

	answer, err := machine.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{IfNoneMatch: new(routesETag(version))})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotModified, answer.StatusCode(), "%s", answer.Body)
	require.Zero(t, behind())

	// Another machine becomes the edge with a new token.
	edges, err := b.owner.ListEdgesWithResponse(t.Context(), nil)
	require.NoError(t, err)

	rotated, err := b.owner.RotateEdgeTokenWithResponse(t.Context(), edges.JSON200.Items[0].ID, client.MachineRotation{KeepOldMinutes: lo.ToPtr[int64](0)})
	require.NoError(t, err)
	require.NotNil(t, rotated.JSON201, "%s", rotated.Body)
	require.Equal(t, http.StatusNoContent, bind(b.as(t, rotated.JSON201.Secret), httpsignature.PublicKey(newKey(t))))
}
