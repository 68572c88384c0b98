package npmscript

import (
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"
	"mvdan.cc/sh/v3/syntax"
)

// Resolver reads the package.json files that scripts lead to.
type Resolver struct {
	// Scripts returns the scripts of the package.json in a directory, relative to the app's; nil where there is none.
	Scripts func(directory string) map[string]string
	// Member returns the directory of a package of the workspace, relative to the app's; false where there is none of that name. It may be nil.
	Member func(name string) (string, bool)
}

// Of resolves scripts that lead to no other package.json.
func Of(scripts map[string]string) Resolver {
	return Resolver{Scripts: func(directory string) map[string]string {
		if directory != "." {
			return nil
		}

		return scripts
	}}
}

// Script returns what the app's script of that name runs, with those before and after it. It is empty where there is no such script.
func (r Resolver) Script(name string) Run {
	return r.walk().script(name, nil, &place{directory: "."})
}

// Line returns what a line of a shell runs in the app's directory.
func (r Resolver) Line(text string) Run {
	return r.walk().line(text, &place{directory: "."})
}

// maxCommands bounds what scripts that call each other add up to.
const maxCommands = 500

func (r Resolver) walk() *walk { return &walk{Resolver: r, left: maxCommands} }

// walk is one way through scripts.
type walk struct {
	Resolver

	// active are the scripts that lead to where the walk stands, as a script that calls itself leads nowhere.
	active []string
	// left is how many commands may still be resolved.
	left int
}

// script resolves a script of a package.json with arguments behind it.
func (w *walk) script(name string, arguments []string, at *place) Run {
	key := path.Join(at.directory, packageFile) + "\x00" + name
	scripts := w.Scripts(at.directory)

	if slices.Contains(w.active, key) || strings.TrimSpace(scripts[name]) == "" {
		return Run{}
	}

	w.active = append(w.active, key)
	defer func() { w.active = w.active[:len(w.active)-1] }()

	run := w.line(scripts["pre"+name], at.clone())
	ends := w.line(scripts[name]+quoted(arguments), at.clone())
	run = run.then(ends)
	run = run.then(w.line(scripts["post"+name], at.clone()))

	if len(ends.Ends) > 0 {
		run.Ends = ends.Ends
	}

	return run
}

const packageFile = "package.json"

// quoted are arguments as they are written behind a command.
func quoted(arguments []string) string {
	return strings.Join(lo.Map(arguments, func(argument string, _ int) string {
		word, err := syntax.Quote(argument, syntax.LangBash)
		if err != nil || strings.HasPrefix(argument, "$") {
			word = argument
		}

		return " " + word
	}), "")
}

// silent are the commands of a shell that are no programs of interest, and that nothing ends in.
var silent = []string{"wait", "echo", "true", ":", "exit", "set", "printf", "sleep", "test", "[", "unset", "source", ".", "trap", "ulimit", "clear"}

// command resolves a command of which the shell has made words.
func (w *walk) command(words []string, at *place) Run {
	through := Run{}

	for len(words) > 0 {
		if w.left--; w.left < 0 {
			return Run{}
		}

		rest, ok := unwrap(words, at, &through)
		if !ok {
			break
		}

		words = rest
	}

	if len(words) == 0 {
		return through
	}

	return through.then(w.program(append([]string{programName(words[0])}, words[1:]...), at))
}

// managers are the package managers that run scripts.
var managers = []string{npm, "yarn", "pnpm", "bun"}

// program resolves a command that begins with the name of its program.
func (w *walk) program(words []string, at *place) Run {
	itself := Run{Through: []string{words[0]}}

	switch program := words[0]; {
	case slices.Contains(managers, program):
		return w.manager(words, at)
	case program == "node" && len(words) > 2 && words[1] == "--run":
		return w.script(words[2], words[3:], at)
	case slices.Contains([]string{"sh", "bash", "cross-env-shell"}, program) && lastOptionIsCommand(words):
		return itself.then(w.line(words[len(words)-1], at))
	case slices.Contains([]string{"run-s", "run-p", "npm-run-all"}, program):
		itself.Through = []string{"npm-run-all"}

		return itself.then(w.runAll(words, at))
	case slices.Contains([]string{"concurrently", "conc"}, program):
		itself.Through = []string{"concurrently"}

		return itself.then(w.concurrently(words, at))
	}

	run := only(Command{Words: words, Environment: at.environment, Directory: at.directory})

	if (words[0] == "source" || words[0] == ".") && len(words) > 1 {
		run.EnvFiles = words[1:2]
	}

	if slices.Contains(silent, words[0]) {
		run.Ends = nil
	}

	return run
}

// lastOptionIsCommand tells whether the last word is a line of a shell.
func lastOptionIsCommand(words []string) bool {
	return words[0] == "cross-env-shell" && len(words) > 1 || len(words) > 2 && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c")
}

// programName is the name of a program without its directory, its version, and what Windows puts behind it.
func programName(word string) string {
	scope, name := "", word

	if strings.HasPrefix(word, "@") && strings.Contains(word, "/") {
		scope, name, _ = strings.Cut(word, "/")
		scope += "/"
	}

	name, _, _ = strings.Cut(name, "@")

	return strings.TrimSuffix(ProgramOf(scope+name), ".cmd")
}
