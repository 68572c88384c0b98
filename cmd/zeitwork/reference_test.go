package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
)

//go:generate go test -count=1 -run ^TestReference_OfTheCommandLine_IsThatOfItsCommands$ . -update

var update = flag.Bool("update", false, "write the reference of the command line again")

// referenceHead begins the reference of the command line.
const referenceHead = `# Command line

<!-- Generated from the commands themselves: run ` + "`go tool task generate`" + ` after a change of one. -->

What ` + "`zeitwork help COMMAND`" + ` says, of every command. Users' commands take two flags that are left out below: ` + "`--json`" + ` writes results as JSON in
the shapes of the [API](../../api/openapi.yaml), and ` + "`--context NAME`" + ` chooses a platform where you are signed in to several.
`

func TestReference_OfTheCommandLine_IsThatOfItsCommands(t *testing.T) {
	t.Parallel()

	var want strings.Builder

	want.WriteString(referenceHead)

	root := rootCommand()
	for _, group := range root.Groups() {
		describeGroup(&want, group.Title, lo.Filter(root.Commands(), func(c *cobra.Command, _ int) bool { return c.GroupID == group.ID }))
	}

	describeGroup(&want, "Services:", operatorCommands())
	fmt.Fprintf(&want, "\n## How commands end\n\n```text\n%s\n```\n", strings.TrimSpace(cli.ExitCodes))

	file := filepath.Join("..", "..", "docs", "reference", "cli.md")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want.String()), 0o600))
	}

	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want.String(), string(have), "run `go tool task generate`")
}

func describeGroup(w *strings.Builder, title string, commands []*cobra.Command) {
	fmt.Fprintf(w, "\n## %s\n", strings.TrimSuffix(title, ":"))

	for _, command := range commands {
		describeCommand(w, command)
	}
}

// describeCommand writes what the help of a command says, and that of those below it. A command without any of its own to run is left to those.
func describeCommand(w *strings.Builder, command *cobra.Command) {
	name := strings.TrimPrefix(command.CommandPath(), "zeitwork ")
	if slices.Contains([]string{"completion", "help", "vm-logger", "conformance-app"}, name) || command.Short == "" {
		return
	}

	fmt.Fprintf(w, "\n### zeitwork %s\n\n%s\n", name, prose(lo.CoalesceOrEmpty(command.Long, command.Short)))

	if command.Runnable() {
		use := strings.TrimSuffix(strings.TrimPrefix(command.UseLine(), "zeitwork "), " [flags]")
		fmt.Fprintf(w, "\n```text\nzeitwork %s\n%s```\n", use, flagsOf(command))
	}

	if command.Example != "" {
		fmt.Fprintf(w, "\n```sh\n%s\n```\n", unindented(command.Example))
	}

	for _, below := range command.Commands() {
		if !below.Hidden {
			describeCommand(w, below)
		}
	}
}

// flagsOf lists the flags of a command and of those above it, but for those that all commands have.
func flagsOf(command *cobra.Command) string {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SortFlags = false

	add := func(flag *pflag.Flag) {
		if !slices.Contains([]string{"json", "context", "help"}, flag.Name) {
			flags.AddFlag(flag)
		}
	}

	command.LocalFlags().VisitAll(add)
	command.InheritedFlags().VisitAll(add)

	return flags.FlagUsages()
}

// prose makes Markdown of a help's text: an indented line is what somebody types or reads.
func prose(text string) string {
	var out []string

	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if inner, ok := strings.CutPrefix(line, "  "); ok {
			line = "    " + inner
			if len(out) > 0 && !strings.HasPrefix(out[len(out)-1], "    ") && out[len(out)-1] != "" {
				out = append(out, "")
			}
		}

		out = append(out, line)
	}

	return strings.NewReplacer("<", "&lt;").Replace(strings.Join(out, "\n"))
}

func unindented(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")

	return strings.Join(lo.Map(lines, func(line string, _ int) string { return strings.TrimRight(strings.TrimPrefix(line, "  "), " ") }), "\n")
}
