package api

import (
	"net/http"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// poll has an edge ask for its routes and name its addresses.
func poll(t *testing.T, edge *client.ClientWithResponses, addresses ...string) {
	t.Helper()

	answer, err := edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{Addresses: &addresses})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode(), "%s", answer.Body)
}

func TestAssignments_NameTheAddressesOfAllEdges_OnceEachHasTold(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-2", Region: "there"})
	require.NoError(t, err)

	other := b.as(t, made.JSON201.Token)

	poll(t, b.edge, "100.64.0.2", "127.0.0.1", "fd7a::1", "nonsense", "100.64.0.2")

	before := b.assignments(t, "")
	require.Equal(t, []string{"100.64.0.2"}, before.JSON200.Ingress.Addresses, "one that has never been there routes to nobody")

	etag := before.HTTPResponse.Header.Get("ETag")
	waiting := make(chan *client.GetAssignmentsResponse)

	go func() {
		answer, _ := b.node.GetAssignmentsWithResponse(t.Context(), &client.GetAssignmentsParams{IfNoneMatch: &etag, WaitSeconds: lo.ToPtr[int64](30)})
		waiting <- answer
	}()

	poll(t, other, "100.64.0.3")
	require.Equal(t, []string{"100.64.0.2", "100.64.0.3"}, (<-waiting).JSON200.Ingress.Addresses)

	poll(t, other)
	require.Equal(t, []string{"100.64.0.2", "100.64.0.3"}, b.assignments(t, "").JSON200.Ingress.Addresses, "an edge of the version before says nothing")

	shown, err := b.owner.GetEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"100.64.0.3"}, *shown.JSON200.Addresses)

	_, err = b.owner.DeleteEdgeWithResponse(t.Context(), made.JSON201.Edge.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"100.64.0.2"}, b.assignments(t, "").JSON200.Ingress.Addresses)
}

func TestAssignments_AnEdgeTellsNoAddresses_ShutNobodyOut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-2", Region: "there"})
	require.NoError(t, err)

	poll(t, b.edge, "100.64.0.2")
	require.NotNil(t, b.assignments(t, "").JSON200.Ingress)

	poll(t, b.as(t, made.JSON201.Token))
	require.Nil(t, b.assignments(t, "").JSON200.Ingress)
}
