package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const nodeOne = `{"id":"01890000-0000-7000-8000-000000000001","name":"node-1","cpu_share_millis":32000,"memory_share_bytes":67645734912}`

func TestNodes_CapacityIsGivenWhenTheyAreMadeAndLater(t *testing.T) {
	t.Parallel()

	const one = "/v1/nodes/01890000-0000-7000-8000-000000000001"

	f := newFakeAPI(t, map[string]string{
		"GET /v1/nodes": `{"items":[` + nodeOne + `]}`, "PATCH " + one: nodeOne, "POST /v1/nodes": `{"node":` + nodeOne + `,"token":"zwn_new","slug":""}`,
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "nodes", "create", "node-1", "--region", "eu", "--processors", "8", "--memory", "64GiB", "--prefix-length", "22"), b.err.String())
	require.Equal(t, "zwn_new\n", b.out.String())
	require.JSONEq(t, `{"name":"node-1","region":"eu","max_cpu_millis":8000,"max_memory_bytes":68719476736,"prefix_length":22}`, f.sent("POST /v1/nodes")[0])

	require.Equal(t, ExitOK, b.run(t, "nodes", "set", "node-1", "--reserve", "1073741824", "--cpu-overcommit", "1.5"), b.err.String())
	require.Equal(t, "node-1 gives VMs 64512 MiB of memory and 32.00 shares of processors.\n", b.out.String())
	require.JSONEq(t, `{"reserved_memory_bytes":1073741824,"cpu_overcommit":1.5}`, f.sent("PATCH " + one)[0])

	require.Equal(t, ExitUsage, b.run(t, "nodes", "set", "node-1"))
	require.Contains(t, b.err.String(), "nothing to change")
	require.Equal(t, ExitUsage, b.run(t, "nodes", "set", "node-1", "--memory", "much"))
	require.Contains(t, b.err.String(), `"much" is no size`)
	require.Equal(t, ExitUsage, b.run(t, "nodes", "set", "node-1", "--processors", "0"))
	require.Equal(t, ExitUsage, b.run(t, "nodes", "set", "node-2", "--processors", "4"))
}

func TestNodes_OneThatEdgesCannotReach_IsShownWithTheReason(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, newFakeAPI(t, map[string]string{
		"GET /v1/nodes": `{"items":[{"name":"node-1","state":"ready","unreachable":"tailscale is stopped on the machine."},
			{"name":"node-2","state":"ready"}]}`,
	}))

	require.Equal(t, ExitOK, b.run(t, "nodes"), b.err.String())
	require.Contains(t, b.out.String(), "ready, unreachable")
	require.Contains(t, b.out.String(), "\nEdges cannot reach the VMs of node-1. tailscale is stopped on the machine.\n")
	require.NotContains(t, b.out.String(), "VMs of node-2")
}

func TestNodes_Join_PrintsTheCommandForANewNodeAndForOneThatIsThere(t *testing.T) {
	t.Parallel()

	const one = "/v1/nodes/01890000-0000-7000-8000-000000000001"

	f := newFakeAPI(t, map[string]string{
		"GET /v1/nodes": `{"items":[` + nodeOne + `]}`, "POST /v1/nodes": `{"node":` + nodeOne + `,"token":"zwj_new","slug":""}`,
		"POST " + one + "/join-tokens": `{"token":"zwj_again","expires_at":"2026-01-02T03:04:05Z","slug":""}`,
		"GET /v1/machine-settings":     `{"api_url":"https://api.example.com","registry_host":"registry.example.com"}`,
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "nodes", "join", "--region", "eu", "--memory", "64GiB"), b.err.String())
	require.Equal(t, "curl -fsSL https://api.example.com/install/node | ZEITWORK_JOIN_TOKEN=zwj_new sh\n", b.out.String())
	require.Contains(t, b.err.String(), "as root on the machine that is to be node-2")
	require.JSONEq(t, `{"name":"node-2","region":"eu","max_memory_bytes":68719476736,"one_time":true}`, f.sent("POST /v1/nodes")[0])

	require.Equal(t, ExitOK, b.run(t, "nodes", "join", "node-1", "--api-url", "http://10.0.0.5:8000/"), b.err.String())
	require.Equal(t, "curl -fsSL http://10.0.0.5:8000/install/node | ZEITWORK_JOIN_TOKEN=zwj_again sh -s -- ZEITWORK_API_URL=http://10.0.0.5:8000\n", b.out.String())
	require.Len(t, f.sent("POST /v1/nodes"), 1)
}

func TestNodes_LabelsAreAddedAndTakenAway(t *testing.T) {
	t.Parallel()

	const (
		one    = "/v1/nodes/01890000-0000-7000-8000-000000000001"
		before = `{"id":"01890000-0000-7000-8000-000000000001","name":"node-1","state":"cordoned","labels":{"maker":"acme","rack":"r1"}}`
	)

	f := newFakeAPI(t, map[string]string{"GET /v1/nodes": `{"items":[` + before + `]}`, "PATCH " + one: before})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "nodes"), b.err.String())
	require.Contains(t, b.out.String(), "maker=acme,rack=r1  cordoned")

	require.Equal(t, ExitOK, b.run(t, "nodes", "label", "node-1", "rack=r2", "maker-", "disk=fast"), b.err.String())
	require.JSONEq(t, `{"labels":{"rack":"r2","disk":"fast"}}`, f.sent("PATCH " + one)[0])

	require.Equal(t, ExitUsage, b.run(t, "nodes", "label", "node-1", "rack"))
	require.Contains(t, b.err.String(), `"rack" is neither a label`)

	for command, state := range map[string]string{"cordon": "cordoned", "uncordon": "ready", "ready": "ready", "drain": "draining"} {
		require.Equal(t, ExitOK, b.run(t, "nodes", command, "node-1"), b.err.String())

		sent := f.sent("PATCH " + one)
		require.JSONEq(t, `{"state":"`+state+`"}`, sent[len(sent)-1])
	}
}
