package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse_WhatCannotBeRun_IsNamed(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		arguments []string
		words     string
	}{
		{nil, "deploy, frameworks, fairness, wake, poll, node, edge or scale"},
		{[]string{"everything"}, `"everything"`},
		{[]string{"deploy", "-rounds", "0"}, "one round"},
		{[]string{"frameworks", "nextjs"}, `"nextjs"`},
	} {
		_, err := parse(test.arguments)
		require.ErrorContains(t, err, test.words)
	}
}

func TestParse_WhatTheDocumentationShows_CanBeRun(t *testing.T) {
	t.Parallel()

	for _, arguments := range [][]string{
		{"deploy"}, {"deploy", "-rounds", "10"}, {"frameworks"}, {"frameworks", "-only", "nextjs,nuxt", "-rounds", "5"},
		{"fairness", "-rounds", "1"}, {"wake", "-rounds", "10"}, {"poll"}, {"poll", "-hours", "24"},
		{"edge"}, {"edge", "-only", "small,p99", "-rounds", "5"},
		{"scale"}, {"scale", "-rounds", "3", "-deploying", "10s"},
	} {
		run, err := parse(arguments)
		require.NoError(t, err)
		require.NotNil(t, run)
	}
}
