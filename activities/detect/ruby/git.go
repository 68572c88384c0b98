package ruby

import (
	"io/fs"
	"path"
	"regexp"
	"slices"

	"github.com/samber/lo"
)

// callsGit matches Ruby that runs git.
var callsGit = regexp.MustCompile("`git\\b|%x.git\\b|\\bls-files\\b|(?:popen|capture[23]e?|system|spawn)\\W{1,4}git\\b")

// asksGit tells whether the app runs git when it starts: in the gemspec of a gem that stands in the source, which Bundler reads each time, or in its own
// configuration. Where there is no git, that ends with an error.
func (a railsApp) asksGit() bool {
	gemspecs := lo.FlatMap(a.lock.Paths, func(directory string, _ int) []string {
		return []string{path.Join(directory, "*.gemspec"), path.Join(directory, "*/*.gemspec"), path.Join(directory, "*/*/*.gemspec")}
	})
	own := []string{gemfileName, "config/*.rb", "config/environments/*.rb", "config/initializers/*.rb"}

	return lo.SomeBy(slices.Concat(own, gemspecs), func(pattern string) bool {
		names, _ := fs.Glob(a.tree, pattern) // A directory whose name is no pattern has none.

		return lo.SomeBy(names, func(name string) bool { return callsGit.MatchString(a.text(name)) })
	})
}
