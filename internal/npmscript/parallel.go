package npmscript

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// runAll resolves npm-run-all, which runs scripts by the patterns of their names, one after the other or at once.
func (w *walk) runAll(words []string, at *place) Run {
	// group are the scripts since the last option, which decides whether they run at once.
	var done, group Run

	parallel := words[0] == "run-p"

	for _, word := range words[1:] {
		isOption := strings.HasPrefix(word, "-")
		if isOption {
			done, group = done.then(group), Run{}
		}

		switch {
		case word == "--":
			return done
		case isOption:
			parallel = parallel && !slices.Contains(serialOptions, word) || slices.Contains(parallelOptions, word)
		default:
			for _, found := range w.named(word, at) {
				if parallel {
					group = group.beside(found)
				} else {
					group = group.then(found)
				}
			}
		}
	}

	return done.then(group)
}

// parallelOptions and serialOptions are those of npm-run-all that say how the scripts behind them run.
var (
	parallelOptions = []string{"-p", "--parallel", "-lp", "-pl", "-cp", "-clp", "-sp"}
	serialOptions   = []string{"-s", "--serial", "--sequential", "-ls", "-sl"}
)

// named are the runs of the scripts whose names match a pattern, with the arguments behind it.
func (w *walk) named(pattern string, at *place) []Run {
	words := strings.Fields(pattern)
	if len(words) == 0 {
		return nil
	}

	names := lo.Filter(lo.Keys(w.Scripts(at.directory)), func(name string, _ int) bool {
		// A star does not stand for a colon, as it does not for a slash in paths.
		matched, err := path.Match(strings.ReplaceAll(words[0], ":", "/"), strings.ReplaceAll(name, ":", "/"))

		return matched && err == nil
	})
	slices.Sort(names)

	arguments := lo.Reject(words[1:], func(word string, _ int) bool { return placeholder.MatchString(word) })

	return lo.Map(names, func(name string, _ int) Run { return w.script(name, passed("yarn", arguments), at) })
}

// placeholder matches what npm-run-all puts the arguments of its own command in place of. A script that other scripts and people run without
// arguments has none.
var placeholder = regexp.MustCompile(`^\{(?:\d+|@|\*|%)\}$`)

// concurrentlyValued are the options of concurrently that are followed by a value.
var concurrentlyValued = []string{
	"-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-m", "--max-processes", "-s", "--success", "-l", "--prefix-length", "-t",
}

// managerPrefix matches the short form in which concurrently names scripts.
var managerPrefix = regexp.MustCompile(`^(npm|yarn|pnpm|bun|node):(.+)$`)

// concurrently resolves the command of that name, whose arguments are lines that run at once.
func (w *walk) concurrently(words []string, at *place) Run {
	run := Run{}

	for i := 1; i < len(words); i++ {
		switch word := words[i]; {
		case slices.Contains(concurrentlyValued, word):
			i++
		case strings.HasPrefix(word, "-"):
		case managerPrefix.MatchString(word):
			for _, found := range w.named(managerPrefix.ReplaceAllString(word, "$2"), at) {
				run = run.beside(found)
			}
		default:
			run = run.beside(w.line(word, at.clone()))
		}
	}

	return run
}
