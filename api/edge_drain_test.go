package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestEdges_Drained_ThePollThatWaitsHearsOfIt_AndTheListSaysWhenTheEdgeDoes(t *testing.T) {
	t.Parallel()

	b := setup(t)

	page, err := b.owner.ListEdgesWithResponse(t.Context(), nil)
	require.NoError(t, err)

	edge := page.JSON200.Items[0]

	table, err := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{})
	require.NoError(t, err)

	held := make(chan *client.GetRoutesResponse, 1)
	ask := func(drains string, wait int64) *client.GetRoutesResponse {
		answer, err := b.edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{
			IfNoneMatch: new(table.HTTPResponse.Header.Get("ETag")), WaitSeconds: &wait, ZeitworkDraining: &drains,
		})
		if err != nil || answer.StatusCode() != http.StatusNotModified {
			t.Errorf("%v: %s", err, answer.Body)
		}

		return answer
	}
	set := func(state client.UpdateEdgeInputBodyState) client.Edge {
		answer, err := b.owner.UpdateEdgeWithResponse(t.Context(), edge.ID, client.UpdateEdgeInputBody{State: state})
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)

		return *answer.JSON200
	}

	require.Equal(t, client.EdgeState("ready"), edge.State)
	require.Nil(t, edge.Drains, "it has not told")

	go func() { held <- ask("false", 30) }()

	require.Eventually(t, func() bool {
		row, err := b.queries.EdgeByName(t.Context(), edge.Name)

		return err == nil && row.Drains != nil
	}, 10*time.Second, time.Millisecond)

	drained := set("draining")
	require.Equal(t, client.EdgeState("draining"), drained.State)
	require.False(t, *drained.Drains, "it has not heard of it yet")

	answer := <-held
	require.Equal(t, "true", answer.HTTPResponse.Header.Get("Zeitwork-Draining"))
	require.Equal(t, "0", answer.HTTPResponse.Header.Get("Zeitwork-Other-Edges"))

	ask("true", 0)
	require.True(t, *set("draining").Drains)

	// The poll of an edge that drains although operators want it to serve is answered at once.
	set("ready")
	require.Equal(t, "false", ask("true", 30).HTTPResponse.Header.Get("Zeitwork-Draining"))

	missing, err := b.owner.UpdateEdgeWithResponse(t.Context(), b.nodeID, client.UpdateEdgeInputBody{State: "ready"})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, missing.StatusCode())

	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'edge.update'"))
}
