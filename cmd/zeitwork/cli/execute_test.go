package cli

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestExecute_WhatIsNotUnderstood_IsAUsageErrorWithAHint(t *testing.T) {
	t.Parallel()

	for hint, arguments := range map[string][]string{
		"`zeitwork help`":                   {"nonsense"},
		"`zeitwork projects list --help`":   {"projects", "list", "--nonsense"},
		"`zeitwork projects create --help`": {"projects", "create", "shop"}, // The flag --repository is missing.
		"`zeitwork deployments show --help": {"deployments", "show"},
		"`zeitwork env --help`":             {"env", "nonsense"},
	} {
		b := setup(t)
		require.Equal(t, ExitUsage, b.run(t, arguments...), arguments)
		require.Contains(t, b.err.String(), hint)
	}
}

func TestExitCode_TellsTheUsersMistakesFromThePlatforms(t *testing.T) {
	t.Parallel()

	for status, want := range map[int]int{
		http.StatusUnprocessableEntity: ExitUsage, http.StatusNotFound: ExitUsage, http.StatusConflict: ExitUsage, http.StatusForbidden: ExitUsage,
		http.StatusUnauthorized:    ExitSignedOut,
		http.StatusTooManyRequests: ExitFailure, http.StatusInternalServerError: ExitFailure, http.StatusBadGateway: ExitFailure,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))

		b := setup(t)
		b.environ["ZEITWORK_API_URL"], b.environ["ZEITWORK_TOKEN"] = server.URL, "zwu_x"
		require.Equal(t, want, b.run(t, "whoami"), status)
		server.Close()
		require.Equal(t, ExitFailure, b.run(t, "whoami"), "nobody answers")
	}
}

func TestCommands_AtAWebsite_SayThatItIsNoPlatform(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Hello</html>")) }))
	t.Cleanup(server.Close)

	b := setup(t)
	b.environ["ZEITWORK_API_URL"], b.environ["ZEITWORK_TOKEN"] = server.URL, "zwu_x"
	require.Equal(t, ExitUsage, b.run(t, "whoami"))
	require.Contains(t, b.err.String(), "no platform's API")
}

func TestCommands_EachHelpHasAnExample(t *testing.T) {
	t.Parallel()

	var look func(command *cobra.Command)

	look = func(command *cobra.Command) {
		if command.RunE != nil {
			require.Regexp(t, `^  \S`, command.Example, command.CommandPath())
			require.Contains(t, command.Example, command.CommandPath())
		}

		for _, below := range command.Commands() {
			look(below)
		}
	}

	look(testRoot(Terminal{}))
}

func TestCompletion_KnowsTheProjectsOfThePlatform(t *testing.T) {
	t.Parallel()

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	f.answers["GET /v1/projects/"+projectID+"/deployments"] = `{"items":[
		{"id":"` + rollbackID + `","state":"retired","commit_sha":"0123456789","commit_message":"Fix it","branch":"main"},
		{"id":"` + pushID + `","state":"deploying","branch":"main"}]}`

	for want, arguments := range map[string][]string{
		"shop\thttps://git.example.com/acme/shop\n":   {"projects", "show", ""},
		"shop\thttps://git.example.com/acme/shop\n:4": {"logs", "-p", ""},
		"acme\n": {"deploy", "--organisation", ""},
		rollbackID + "\tretired · 0123456 Fix it · main · ": {"rollback", "-p", "shop", ""},
		pushID + "\tdeploying · main · ":                    {"cancel", "-p", "shop", ""},
	} {
		b := signedInTo(t, f)
		require.Equal(t, ExitOK, b.run(t, append([]string{cobra.ShellCompRequestCmd}, arguments...)...))
		require.Contains(t, b.out.String(), want, arguments)
	}

	// What does not answer completes nothing, and says nothing in the middle of what somebody types.
	b := setup(t)
	require.Equal(t, ExitOK, b.run(t, cobra.ShellCompRequestCmd, "projects", "show", ""))
	require.Equal(t, ":4\n", b.out.String())
}
