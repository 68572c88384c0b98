package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEdges_Join_PrintsTheCommandForANewEdgeAndForOneThatIsThere(t *testing.T) {
	t.Parallel()

	const (
		edgeOne = `{"id":"01890000-0000-7000-8000-000000000001","name":"edge-1"}`
		one     = "/v1/edges/01890000-0000-7000-8000-000000000001"
	)

	f := newFakeAPI(t, map[string]string{
		"GET /v1/edges": `{"items":[` + edgeOne + `]}`, "POST /v1/edges": `{"edge":` + edgeOne + `,"token":"zwj_new","slug":""}`,
		"POST " + one + "/join-tokens": `{"token":"zwj_again","expires_at":"2026-01-02T03:04:05Z","slug":""}`,
		"GET /v1/machine-settings":     `{"api_url":"https://api.example.com","registry_host":"registry.example.com"}`,
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "edges", "join", "--region", "eu"), b.err.String())
	require.Equal(t, "curl -fsSL https://api.example.com/install/edge | ZEITWORK_JOIN_TOKEN=zwj_new sh\n", b.out.String())
	require.Contains(t, b.err.String(), "as root on the machine that is to be edge-2")
	require.JSONEq(t, `{"name":"edge-2","region":"eu","one_time":true}`, f.sent("POST /v1/edges")[0])

	require.Equal(t, ExitOK, b.run(t, "edges", "join", "edge-1", "--api-url", "http://10.0.0.5:8000/"), b.err.String())
	require.Equal(t, "curl -fsSL http://10.0.0.5:8000/install/edge | ZEITWORK_JOIN_TOKEN=zwj_again sh -s -- ZEITWORK_API_URL=http://10.0.0.5:8000\n", b.out.String())
	require.Len(t, f.sent("POST /v1/edges"), 1)
}
