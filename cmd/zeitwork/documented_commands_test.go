package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// documentedCommand is a command of the documentation, as it stands there.
type documentedCommand struct {
	file, text string
	// whole commands can be typed as they are. Others are named within a sentence, which may leave out arguments.
	whole bool
}

func TestDocumentation_EachOfItsCommands_CanBeTyped(t *testing.T) {
	t.Parallel()

	commands := documentedCommands(t)
	tasks := taskNames(t)
	checked := map[string]int{}

	for _, command := range commands {
		for _, call := range callsIn(t, command) {
			program := strings.TrimPrefix(strings.TrimPrefix(call[0], "./"), "bin/")

			switch {
			case program == "zeitwork":
				requireParses(t, command, call[1:])
			case program == "go" && len(call) > 3 && call[1] == "tool" && call[2] == "task" && !strings.HasPrefix(call[3], "-"):
				require.Contains(t, tasks, call[3], "%s: %s", command.file, command.text)
			default:
				continue
			}

			checked[program]++
		}
	}

	require.Greater(t, checked["zeitwork"], 300, "commands of the platform")
	require.Greater(t, checked["go"], 30, "tasks")
}

func TestDocumentation_OfACommandThatDoesNotExist_IsFound(t *testing.T) {
	t.Parallel()

	for _, wrong := range []string{"zeitwork nonsense", "zeitwork projects nonsense", "zeitwork deploy --nonsense", "zeitwork scale", "zeitwork logs --tail many", "zeitwork help nonsense"} {
		require.Error(t, parses(strings.Fields(wrong)[1:], true), wrong)
	}
}

func requireParses(t *testing.T, command documentedCommand, arguments []string) {
	t.Helper()

	require.NoError(t, parses(arguments, command.whole), "%s: %s", command.file, command.text)
}

// parses tells why the commands of this binary do not take the arguments. A command that is not whole may lack arguments and values.
func parses(arguments []string, whole bool) error {
	root := rootCommand()
	root.InitDefaultCompletionCmd("bash")
	root.InitDefaultHelpCmd()

	command, rest, err := root.Find(arguments)
	if err != nil {
		return err
	}

	if command.Name() == "help" {
		if _, isTopic := topics()[strings.Join(rest, " ")]; isTopic || slices.Equal(rest, []string{"COMMAND"}) {
			return nil
		}

		_, _, err = root.Find(rest)

		return err
	}

	command.InitDefaultHelpFlag()
	command.InitDefaultVersionFlag()

	if !whole && len(rest) > 0 && strings.HasPrefix(rest[len(rest)-1], "-") {
		if flag := command.Flag(strings.TrimLeft(rest[len(rest)-1], "-")); flag != nil {
			return nil
		}
	}

	if err := command.ParseFlags(rest); err != nil {
		return err
	}

	if left := command.Flags().Args(); !command.Runnable() && len(left) > 0 {
		return cobra.NoArgs(command, left)
	}

	if !whole || !command.Runnable() {
		return nil
	}

	return command.ValidateArgs(command.Flags().Args())
}

// documentedCommands reads the commands of all Markdown files but the command line's reference, whose examples are those of the commands' own help: they are
// checked here, too.
func documentedCommands(t *testing.T) []documentedCommand {
	t.Helper()

	root := filepath.Join("..", "..")

	var found []documentedCommand

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"node_modules", "testdata", ".git", "dist"}, entry.Name()):
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}

		text, err := os.ReadFile(path)
		found = append(found, commandsOf(lo.Must(filepath.Rel(root, path)), string(text))...)

		return err
	})
	require.NoError(t, err)

	return found
}

var (
	fence   = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	inlines = regexp.MustCompile("`((?:\\./)?(?:bin/)?(?:zeitwork|go tool task) [^`]+)`")
	starts  = regexp.MustCompile(`(^|[\s;&|(/])(zeitwork|go tool task) `)
)

// commandsOf reads the commands of one file: of blocks that are fenced as ones of a shell, of indented blocks, and of sentences.
func commandsOf(file, text string) []documentedCommand {
	var found []documentedCommand

	add := func(block string) {
		block = strings.ReplaceAll(block, "\\\n", " ")

		for line := range strings.Lines(block) {
			if starts.MatchString(line) && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				found = append(found, documentedCommand{file: file, text: strings.TrimSpace(line), whole: true})
			}
		}
	}

	prose := func(text string) {
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			if strings.HasPrefix(paragraph, "    ") {
				add(paragraph)
			} else {
				for _, inline := range inlines.FindAllStringSubmatch(paragraph, -1) {
					found = append(found, documentedCommand{file: file, text: strings.Join(strings.Fields(inline[1]), " ")})
				}
			}
		}
	}

	// The order is that of the page.
	read := 0

	for _, block := range fence.FindAllStringSubmatchIndex(text, -1) {
		prose(text[read:block[0]])

		if text[block[2]:block[3]] == "sh" {
			add(text[block[4]:block[5]])
		}

		read = block[1]
	}

	prose(text[read:])

	return found
}

// callsIn returns the programs that a line of a shell calls, with their arguments. Of what the shell would put in, such as $(…), one word is left.
func callsIn(t *testing.T, command documentedCommand) [][]string {
	t.Helper()

	// Within a sentence some things are left open.
	text := command.text
	if !command.whole {
		text, _, _ = strings.Cut(text, "…")
		text = strings.NewReplacer("[", "", "]", "", "<", "", ">", "", "|", "").Replace(text)
	}

	if assignment := regexp.MustCompile(`^Exec\w+=`).FindString(text); assignment != "" {
		text = strings.TrimPrefix(text, assignment)
	}

	file, err := syntax.NewParser().Parse(strings.NewReader(text), command.file)
	require.NoError(t, err, "%s: %s", command.file, command.text)

	var calls [][]string

	syntax.Walk(file, func(node syntax.Node) bool {
		if call, ok := node.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			calls = append(calls, lo.Map(call.Args, func(word *syntax.Word, _ int) string {
				if literal := literalOf(word); literal != "" {
					return literal
				}

				return "word"
			}))
		}

		return true
	})

	// What runs another program, such as exec or ssh, has that behind it.
	return lo.Map(calls, func(call []string, _ int) []string {
		if at := slices.IndexFunc(call, func(word string) bool { return filepath.Base(word) == "zeitwork" }); at > 0 && slices.Contains([]string{"exec", "sudo"}, call[0]) {
			return append([]string{"zeitwork"}, call[at+1:]...)
		} else if at == 0 {
			return append([]string{"zeitwork"}, call[1:]...)
		}

		return call
	})
}

func literalOf(word *syntax.Word) string {
	var text strings.Builder

	syntax.Walk(word, func(node syntax.Node) bool {
		switch part := node.(type) {
		case *syntax.Lit:
			text.WriteString(part.Value)
		case *syntax.SglQuoted:
			text.WriteString(part.Value)
		case *syntax.CmdSubst, *syntax.ParamExp:
			return false
		}

		return true
	})

	return text.String()
}

func taskNames(t *testing.T) []string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join("..", "..", "Taskfile.yml"))
	require.NoError(t, err)

	var file struct {
		Tasks map[string]any `yaml:"tasks"`
	}

	require.NoError(t, yaml.Unmarshal(text, &file))

	return lo.Keys(file.Tasks)
}
