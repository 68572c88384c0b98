package main_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	program "github.com/zeitwork/zeitwork/cmd/zeitwork"
)

// The reasons for which several commands are not run for the operators' pages.
const (
	byUsersPages    = "it is run for a users' page, by TestUserPages_EachOfTheirCommands_DoesWhatItSays"
	isAService      = "a service goes on until it is stopped: all tests with a platform run it"
	changesMachine  = "it changes the machine that it runs on, or looks at it"
	needsGitHubApp  = "it needs a GitHub App: TestGitHub_ListsConnectsAndDisconnectsAccounts, TestGitHubRepositories_AreListedWithWhatCouldNotBe"
	withUpgrades    = "it needs machines that are upgraded: TestNodesUpgrade_OneAtATime_DrainedUpgradedAndGivenVMsAgain, TestUpgrade_LeavesOutWhatItIsTold_AndDoesNothingTwice"
	withRestoring   = "it needs a database beside: TestProject_DeletedForGood_IsReadInARehearsalOfTheBackup"
	withTokens      = "it is run with the rest of its page by TestRotation_OfTokens_RefusesNobody"
	withCertificate = "it is run with the rest of its page by TestRotation_OfCertificates_IsNoticedByNoVisitor"
)

// TestOperatorPages_CommandsForAnAPIAlone_DoWhatTheySay runs what an operator types without a machine of the platform at hand.
func TestOperatorPages_CommandsForAnAPIAlone_DoWhatTheySay(t *testing.T) {
	t.Parallel()

	r := newOperator(t)

	for _, command := range operatorCommands() {
		if command.elsewhere == "" {
			r.types(t, program.DocumentedCall{Page: "operators' pages", Text: command.text, Words: command.typed}, command.shown)
		}
	}
}

// TestOperatorPages_EachOfTheirCommands_IsRun_OrTheReasonIsGiven is for the pages of operators what the comparison of each page with its table is for users:
// sentences of several pages name the same commands, so that all have one table.
func TestOperatorPages_EachOfTheirCommands_IsRun_OrTheReasonIsGiven(t *testing.T) {
	t.Parallel()

	tests, run, listed := namesOfTests(t), 0, 0
	known := map[string]bool{}

	for _, page := range userPages() {
		for text, command := range page.commands {
			known[text] = known[text] || command.elsewhere == ""
		}
	}

	var onPages []string

	for _, call := range program.DocumentedCalls(t) {
		if slices.Contains(readByOperators(), call.Page) && !known[call.Text] {
			onPages = append(onPages, call.Text)
		}
	}

	table := operatorCommands()
	require.ElementsMatch(t, lo.Uniq(onPages), lo.Map(table, func(c operatorCommand, _ int) string { return c.text }), "the operators' pages and the tests' table")

	for _, command := range table {
		if command.elsewhere == "" {
			run++

			continue
		}

		listed++

		t.Logf("zeitwork %s: not run: %s", command.text, command.elsewhere)
		requireTestsExist(t, tests, command.elsewhere)
	}

	t.Logf("operators' pages: %d commands are run here, %d are not, for the reasons above", run, listed)
}

// operatorCommand is a command of a page for operators, and what is typed for it: a sentence may leave out arguments, or name them in capitals.
type operatorCommand struct {
	text  string
	typed []string
	shown
}

// newOperator returns the operator of a platform that has an API, a node and an edge that were never started, and the project shop.
func newOperator(t *testing.T) *reader {
	t.Helper()

	started := program.StartAPI(t)
	executable, err := os.Executable()
	require.NoError(t, err)

	r := &reader{
		platform: &platform{apiURL: started.URL, token: started.Token, binary: executable}, home: t.TempDir(), repository: newRepository(t, serving("for operators")),
		project: "shop", domain: "example.com", environment: append(started.Environment, "ZEITWORK_BACKUP_TARGET="+t.TempDir()),
	}

	written, code := r.run(t, []string{"login", "--api", r.apiURL}, shown{typesToken: true})
	require.Zero(t, code, written)
	r.does(t, "projects", "create", "shop", "--repository", "https://git.example.com/shop.git", "--slug", "shop")
	r.does(t, "projects", "create", "spare", "--repository", "https://git.example.com/spare.git", "--slug", "spare")
	r.does(t, "notifications", "add", "pager", "--webhook", "https://example.com/hooks/zeitwork")

	return r
}

// keepsRecipient puts the public key of a new backup key into the operator's settings.
func keepsRecipient(_ *testing.T, r *reader, output string) {
	r.environment = append(r.environment, regexp.MustCompile(`ZEITWORK_BACKUP_RECIPIENTS=\S+`).FindString(output))
}
