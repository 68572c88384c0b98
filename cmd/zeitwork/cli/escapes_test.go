package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommands_WhatStrangersWrote_IsShownAndNotObeyed(t *testing.T) {
	t.Parallel()

	const escaped = `\x1b]0;title\x07\u009b2J`

	f := platformWith(t, `{"id":"`+projectID+`","slug":"shop","repository_url":"https://git.example.com/a\u001b]0;title\u0007\u009b2J","live_deployment_id":"`+rollbackID+`"}`)
	f.answers["GET /v1/deployments/"+createdID+"/runtime-logs/stream"] =
		`event: line` + "\n" + `data: {"line":"\u001b]0;title\u0007\u009b2J","stream":"stdout"}` + "\n\nevent: end\ndata: {}\n\n"
	f.answers["GET /v1/deployments/"+rollbackID] = `{"state":"live","commit_sha":"0123456789","commit_message":"\u001b]0;title\u0007\u009b2J"}`

	b := signedInTo(t, f)
	for _, arguments := range [][]string{{"logs", createdID}, {"status"}, {"projects", "show", "shop"}, {"deployments", "show", rollbackID}} {
		if len(arguments) == 1 {
			arguments = append(arguments, "-p", "shop")
		}

		require.Equal(t, ExitOK, b.run(t, arguments...), "%s", b.err.String())
		require.Contains(t, b.out.String(), escaped, arguments)
		require.NotContains(t, b.out.String(), "\x1b", arguments)
		require.NotContains(t, b.out.String(), "\u009b", arguments)
	}

	require.Equal(t, ExitOK, b.run(t, "logs", createdID, "--json"))
	require.NotContains(t, b.out.String(), "\u009b", "not in JSON either")
}
