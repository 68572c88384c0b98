package npmscript

import (
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// directoryOptions and memberOptions are the options of package managers that name another package: by its directory, or by its name.
var (
	directoryOptions = []string{"--prefix", "-C", "--dir", "--cwd"}
	memberOptions    = []string{"--filter", "-F", "--workspace", "-w"}
)

// ownCommands are commands of package managers that are not names of scripts or programs.
var ownCommands = []string{
	"install", "i", "ci", "add", "remove", "prune", "rebuild", "link", "publish", "pack", "version", "config", "set", "cache", "audit", "outdated",
	"update", "upgrade", "workspaces", "init", "create", "login", "deploy", "fetch", "list", "why", "patch", "test",
}

// npm is the manager that keeps options for itself.
const npm = "npm"

// runWords are the words before the name of a script.
var runWords = []string{"run", "run-script", "rum", "urn"}

// called is how a package manager was called.
type called struct {
	manager string
	// words are the arguments without the manager's own options.
	words []string
	// at is where it works.
	at *place
	// elsewhere says that it was told to work in a package that is not known.
	elsewhere bool
}

// manager resolves a command that begins with the name of a package manager.
func (w *walk) manager(words []string, at *place) Run {
	call := w.readCall(words, at)
	run := Run{Through: []string{words[0]}}
	itself := only(Command{Words: words, Environment: at.environment, Directory: at.directory})

	if call.elsewhere || len(call.words) == 0 {
		return run.then(itself)
	}

	name, rest := call.words[0], call.words[1:]
	scripts := w.Scripts(call.at.directory)

	switch {
	case slices.Contains(runWords, name):
		return run.then(w.runs(call, rest, itself))
	case slices.Contains([]string{"exec", "dlx", "x"}, name):
		return run.then(w.command(program(rest), call.at))
	case name == "workspace" && call.manager == "yarn" && len(rest) > 1:
		if directory, ok := w.member(rest[0]); ok {
			return run.then(w.manager(append([]string{"yarn"}, rest[1:]...), &place{directory, call.at.environment}))
		}

		return run.then(itself)
	case slices.Contains([]string{"start", "stop", "restart"}, name), name == "test" && scripts[name] != "",
		call.manager != npm && scripts[name] != "" && !slices.Contains(ownCommands, name):
		return run.then(w.script(name, passed(call.manager, rest), call.at))
	case call.manager == npm, call.manager == "bun", slices.Contains(ownCommands, name):
		return run.then(itself)
	default:
		return run.then(w.command(call.words, call.at))
	}
}

// runs resolves what stands behind the word run.
func (w *walk) runs(call called, rest []string, itself Run) Run {
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		rest = rest[1:]
	}

	if len(rest) == 0 {
		return itself
	}

	if strings.TrimSpace(w.Scripts(call.at.directory)[rest[0]]) != "" || call.manager == npm {
		return w.script(rest[0], passed(call.manager, rest[1:]), call.at)
	}

	if call.manager == "bun" && strings.ContainsAny(rest[0], "./") && !strings.HasPrefix(rest[0], "@") {
		return only(Command{Words: append([]string{"bun"}, rest...), Environment: call.at.environment, Directory: call.at.directory})
	}

	return w.command(slices.Clone(rest), call.at)
}

// readCall takes the manager's own options out of its arguments. npm's may stand anywhere before two dashes, those of others before the name of the script.
func (w *walk) readCall(words []string, at *place) called {
	call := called{manager: words[0], at: at.clone()}

	for i := 1; i < len(words); i++ {
		named := len(call.words) > 0 && !slices.Contains(runWords, call.words[len(call.words)-1])
		if words[i] == "--" || named && call.manager != npm {
			call.words = append(call.words, words[i:]...)

			break
		}

		option, value, joined := strings.Cut(words[i], "=")
		isDirectory := slices.Contains(directoryOptions, option)
		isMember := slices.Contains(memberOptions, option) && (call.manager != "pnpm" || option != "-w")

		switch {
		case isDirectory || isMember:
			if !joined && i+1 < len(words) {
				i++
				value = words[i]
			}

			w.moveTo(&call, value, isMember)
		case !strings.HasPrefix(option, "-"):
			call.words = append(call.words, words[i])
		}
	}

	return call
}

// moveTo has the manager work in another package, by its name or by its directory.
func (w *walk) moveTo(call *called, value string, isMember bool) {
	if !isMember {
		call.at.directory = path.Join(call.at.directory, value)

		return
	}

	directory, ok := w.member(value)
	if ok {
		call.at.directory = directory
	}

	call.elsewhere = !ok
}

// member is the directory of a package of the workspace.
func (w *walk) member(name string) (string, bool) {
	if w.Member == nil {
		return "", false
	}

	return w.Member(strings.TrimSuffix(name, "..."))
}

// program takes off what stands before the name of a program that a manager runs.
func program(words []string) []string {
	words = slices.Clone(words)
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		words = words[1:]
	}

	return words
}

// passed are the arguments that a manager gives to a script. npm keeps options for itself that do not stand behind two dashes.
func passed(manager string, words []string) []string {
	before, after := words, []string{}
	if i := slices.Index(words, "--"); i >= 0 {
		before, after = words[:i], words[i+1:]
	}

	if manager == npm {
		before = lo.Reject(before, func(word string, _ int) bool { return strings.HasPrefix(word, "-") })
	}

	return slices.Concat(before, after)
}
