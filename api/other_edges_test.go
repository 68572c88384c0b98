package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestRoutes_SayHowManyOtherEdgesAreInTouch(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-2", Region: "there"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	others := func(edge *client.ClientWithResponses) string {
		answer, err := edge.GetRoutesWithResponse(t.Context(), &client.GetRoutesParams{IfNoneMatch: new(`"0"`)})
		require.NoError(t, err)
		require.Less(t, answer.StatusCode(), 400, "%s", answer.Body)

		return answer.HTTPResponse.Header.Get("Zeitwork-Other-Edges")
	}

	require.Equal(t, "0", others(b.edge), "the other one was never seen")
	require.Equal(t, "1", others(b.as(t, made.JSON201.Token)))
	require.Equal(t, "1", others(b.edge))

	b.exec(t, "UPDATE edges SET last_seen_at = now() - interval '1 hour' WHERE name = 'edge-2'")
	b.exec(t, `INSERT INTO control_plane (id, answering_since, answered_at) VALUES (1, now() - interval '1 day', now() + interval '1 hour')
		ON CONFLICT (id) DO UPDATE SET answering_since = excluded.answering_since, answered_at = excluded.answered_at`)
	require.Equal(t, "0", others(b.edge), "it is lost")
}
