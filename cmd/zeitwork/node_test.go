package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNodeJoin_SettingsThatCannotBe_AreNamed(t *testing.T) {
	t.Parallel()

	for argument, complaint := range map[string]string{
		"https://api.example.com":            `"https://api.example.com" is no setting: write NAME=VALUE`,
		"ZEITWORK_API_ULR=https://a.example": "nodeagent has no setting ZEITWORK_API_ULR",
		"ZEITWORK_NODE_TOKEN=secret":         "leave ZEITWORK_NODE_TOKEN out, and the token is asked for",
		"ZEITWORK_JOIN_TOKEN=zwj_secret":     "leave ZEITWORK_JOIN_TOKEN out, and the token is asked for",
	} {
		_, err := nodeToJoin().settings([]string{argument})
		require.ErrorContains(t, err, complaint)
	}

	settings, err := nodeToJoin().settings([]string{"ZEITWORK_API_URL=https://a.example", "ZEITWORK_NODE_INIT=/sbin/init", "ZEITWORK_NODE_INIT="})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"ZEITWORK_API_URL": "https://a.example"}, settings)
}
