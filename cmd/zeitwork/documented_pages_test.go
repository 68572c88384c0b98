package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	program "github.com/zeitwork/zeitwork/cmd/zeitwork"
)

// shown is what a test knows about a command of the documentation.
type shown struct {
	// says is what the command writes, among other things. A command that goes on until Ctrl-C is interrupted when it has said so.
	says string
	// types is what a person answers or pipes in.
	types string
	// typesToken has it be the reader's token.
	typesToken bool
	// plus are arguments that a person does not need who sits at a terminal.
	plus []string
	// by is who types it, where that is somebody with another project than the reader of the rest.
	by func(t *testing.T, r *reader) *reader
	// before is done first: what the reader of the page has by then.
	before func(t *testing.T, r *reader)
	// after looks at what the command has written and done.
	after func(t *testing.T, r *reader, output string)
	// late commands say it some seconds after what they tell of has happened: they are repeated until then.
	late bool
	// elsewhere is why the command is not run here, with the test that runs it, if there is one. Nothing else is set then.
	elsewhere string
}

// page is a page of the documentation whose commands are run in their order.
type page struct {
	name string
	// before is what the reader has made before the first command, and where the commands are typed.
	before   func(t *testing.T, r *reader)
	commands map[string]shown
}

// readByOperators are the pages whose commands may stand in the table of any page.
func readByOperators() []string {
	return []string{
		"docs/run-your-own.md", "docs/OPERATIONS.md", "docs/SECURITY.md", "docs/RELIABILITY.md", "docs/FRAMEWORKS.md", "README.md", "CONTRIBUTING.md",
	}
}

// readByNobodyHere are the pages whose commands are parsed alone: examples of the reference, and what is named while other things are told.
func readByNobodyHere() []string {
	return []string{
		"CHANGELOG.md", "docs/ARCHITECTURE.md", "docs/reference/cli.md", "docs/site/api/README.md", "examples/rails/README.md", "pulumi/README.md",
	}
}

// TestDocumentation_EachPageWithCommands_HasItsReader finds a new page that nobody reads.
func TestDocumentation_EachPageWithCommands_HasItsReader(t *testing.T) {
	t.Parallel()

	read := append(readByOperators(), readByNobodyHere()...)
	for _, page := range userPages() {
		read = append(read, page.name)
	}

	onPages := lo.Uniq(lo.Map(program.DocumentedCalls(t), func(c program.DocumentedCall, _ int) string { return c.Page }))
	require.Subset(t, read, onPages, "put a page for users into userPages, with a table of its commands")
}

// callsOf returns the calls of a page, each once, in the order of the page.
func callsOf(calls []program.DocumentedCall, page string) []program.DocumentedCall {
	return lo.UniqBy(lo.Filter(calls, func(c program.DocumentedCall, _ int) bool { return c.Page == page }), func(c program.DocumentedCall) string { return c.Text })
}

// TestDocumentation_EachOfItsCommands_IsRun_OrTheReasonIsGiven compares the pages with the tables: a command that is new to a page has to be put into its table,
// and one that has gone has to leave it.
func TestDocumentation_EachOfItsCommands_IsRun_OrTheReasonIsGiven(t *testing.T) {
	t.Parallel()

	calls := program.DocumentedCalls(t)
	run, listed := 0, 0
	tests := namesOfTests(t)

	for _, page := range userPages() {
		onPage := lo.Map(callsOf(calls, page.name), func(c program.DocumentedCall, _ int) string { return c.Text })
		require.ElementsMatch(t, onPage, lo.Keys(page.commands), "the commands of %s and those that are run, or listed, in the tests' table", page.name)

		for text, command := range page.commands {
			if command.elsewhere == "" {
				run++

				continue
			}

			listed++

			t.Logf("%s: zeitwork %s: not run: %s", page.name, text, command.elsewhere)
			requireTestsExist(t, tests, command.elsewhere)
		}
	}

	t.Logf("users' pages: %d commands are run, %d are not, for the reasons above", run, listed)
}

// requireTestsExist finds the tests that a reason names.
func requireTestsExist(t *testing.T, tests []string, reason string) {
	t.Helper()

	for _, named := range regexp.MustCompile(`\bTest\w+`).FindAllString(reason, -1) {
		require.Contains(t, tests, named, "%s", reason)
	}
}

func namesOfTests(t *testing.T) []string {
	t.Helper()

	var names []string

	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)

	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"node_modules", ".git"}, entry.Name()):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}

		text, err := os.ReadFile(path)
		for _, name := range declared.FindAllStringSubmatch(string(text), -1) {
			names = append(names, name[1])
		}

		return err
	})
	require.NoError(t, err)

	return names
}
