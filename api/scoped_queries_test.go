package api

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQueries_OnTheRowsOfAnOrganisation_NameWhoseTheyAre since a handler that forgets a check must find nothing that is somebody else's.
func TestQueries_OnTheRowsOfAnOrganisation_NameWhoseTheyAre(t *testing.T) {
	t.Parallel()

	// Queries of the API that name neither an organisation nor a user, with why they may.
	exempt := map[string]string{
		"CreateOrganisation":      "it is nobody's before",
		"OrganisationSlugTaken":   "a slug is taken whoever has it",
		"OrganisationBySlug":      "bootstrap, on the database itself",
		"ProjectSlugTaken":        "a slug is taken whoever has it",
		"FindToken":               "the secret is what proves whose it is",
		"TokenIsValid":            "the caller's own token",
		"TouchToken":              "the caller's own token",
		"HoldToken":               "the caller's own token",
		"BindToken":               "the caller's own token",
		"TokenStandsAbove":        "compares two tokens that were found before",
		"RevokeTokens":            "tokens that were found and locked before",
		"PutTokenBelow":           "a token that was found and locked before",
		"RestoreProgress":         "the database is everybody's",
		"ListRoutes":              "edges serve all organisations",
		"ListRoutesOf":            "edges serve all organisations",
		"ListValidTokens":         "the tokens of edges that wait",
		"OtherEdgeWithKey":        "the key is what proves whose it is",
		"ListRoutedDeployments":   "edges serve all organisations",
		"ListServedCertificates":  "edges serve all organisations",
		"AddWaitingTime":          "VMs that LockNodeVMs has found on the node",
		"RecordVMReport":          "VMs that LockNodeVMs has found on the node",
		"ListNodes":               "operators see how full nodes are",
		"GetNode":                 "operators see how full nodes are",
		"CountPlatformChannels":   "channels of operators",
		"ListPlatformChannels":    "channels of operators",
		"DeletePlatformChannel":   "channels of operators",
		"GetPlatformChannel":      "channels of operators",
		"ListPlatformDeliveries":  "channels of operators",
		"ListQueueJobs":           "operators see what runs and what waits",
		"ListRunningBuilds":       "operators see what runs and what waits",
		"ListWaitingDeployments":  "operators see what runs and what waits",
		"CountWaitingDeployments": "operators see what runs and what waits",
		"AppendRuntimeLog":        "a VM that DeploymentOfNodeVM has found on the node",
		"ListRequestOrigins":      "edges serve all organisations",
		"AppendRequestLogs":       "deployments that ListRequestOrigins has found",
		"GetConfirmation":         "the token of a mail is what proves whose the address is",
		"GetChannelOfMail":        "the token of a mail is what proves whose the address is",
		"GetStoppedOfMail":        "the token of a mail is what proves whose the address is",
	}

	var (
		owned = regexp.MustCompile(`(?s)\b(FROM|JOIN|INTO|UPDATE|USING)\s+(projects|deployments|deployment_steps|domains|environment_variables|build_logs|` +
			`runtime_logs|request_logs|vms|project_events|audit_events|api_tokens|invitations|organisation_members|organisations|notification_channels|notification_deliveries)\b`)
		scoped = regexp.MustCompile(`(organisation_id|organisations\.id|user_id|users\.id|node_id|edge_id) = \$\d|\$\d::uuid = \(\s*SELECT projects\.organisation_id|INSERT INTO [a-z_]+ \([^)]*\b(organisation_id|user_id)\b`)
	)

	texts, checked := queryTexts(t), 0

	for _, name := range calledQueries(t) {
		text := texts[name]
		require.NotEmpty(t, text, name)

		if !owned.MatchString(text) {
			continue
		}

		checked++

		if _, ok := exempt[name]; ok {
			require.NotRegexp(t, scoped, text, "%s need not be exempt", name)

			continue
		}

		require.Regexp(t, scoped, text, "%s reads or writes what belongs to an organisation: it takes the organisation, or who asks", name)
	}

	require.Greater(t, checked, 60)
}

// queryTexts are the generated queries by their names.
func queryTexts(t *testing.T) map[string]string {
	t.Helper()

	texts := map[string]string{}

	for _, file := range matches(t, "../database/*.sql.go") {
		for _, found := range regexp.MustCompile("(?s)const \\w+ = `-- name: (\\w+) :\\w+\n(.*?)`").FindAllStringSubmatch(file, -1) {
			texts[found[1]] = found[2]
		}
	}

	return texts
}

// calledQueries are the names of the queries that this package calls.
func calledQueries(t *testing.T) []string {
	t.Helper()

	var names []string

	for _, file := range matches(t, "*.go") {
		for _, found := range regexp.MustCompile(`\b(?:queries|q)\.([A-Z]\w+)\b`).FindAllStringSubmatch(file, -1) {
			names = append(names, found[1])
		}
	}

	slices.Sort(names)

	return slices.Compact(names)
}

// matches returns the contents of the files that are not tests.
func matches(t *testing.T, pattern string) []string {
	t.Helper()

	names, err := filepath.Glob(pattern)
	require.NoError(t, err)

	var contents []string

	for _, name := range names {
		if regexp.MustCompile(`_test\.go$`).MatchString(name) {
			continue
		}

		content, err := os.ReadFile(name)
		require.NoError(t, err)

		contents = append(contents, string(content))
	}

	return contents
}
