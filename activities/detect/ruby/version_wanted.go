package ruby

import (
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// wantedByGemfile returns the Gemfile's requirements, and in words who makes them.
func (a railsApp) wantedByGemfile(table buildplan.Runtime) ([]string, string, error) {
	if engine := a.gemfile.otherRuby; engine != "" {
		return nil, "", problem.New(problem.Invalid, "The Gemfile asks for %s, which is not to be had here. Use Ruby %s, or add a Dockerfile.",
			engine, strings.Join(table.Versions(), ", "))
	}

	file := a.gemfile.rubyFile
	if file == "" {
		return a.gemfile.requirements, "the Gemfile", nil
	}

	version := a.wantedBy(file)
	if version == "" {
		return nil, "", problem.New(problem.Invalid,
			"The Gemfile reads the Ruby version from %s, which names none. Write it there, such as %s.", file, table.Default)
	}

	return []string{version}, "the Gemfile, by " + file + ",", nil
}

const rubyVersionFile = ".ruby-version"

// rubyPin is what a file besides the Gemfile says about the version of Ruby.
type rubyPin struct {
	file, text string
	// release is the version that text means; empty for another Ruby than the usual one, and for what is no version.
	release string
}

// pins are what files say, in the order in which they are asked. Gemfile.lock says which Ruby wrote it, so that its line will do.
func (a railsApp) pins() []rubyPin {
	file, text := source.ToolVersion(a.tree, "ruby")
	pins := []rubyPin{
		{rubyVersionFile, a.wantedBy(rubyVersionFile), ""}, {lockfile.GemfileName, a.lock.Ruby, ""}, {file, text, ""},
	}

	return lo.FilterMap(pins, func(pin rubyPin, _ int) (rubyPin, bool) {
		pin.release = rubyReleaseOf(pin.text)
		if pin.file == lockfile.GemfileName && pin.release != "" {
			pin.release = lineOf(pin.release)
		}

		return pin, pin.text != ""
	})
}

// wantedBy returns the version that a file asks for; empty where it asks for none.
func (a railsApp) wantedBy(file string) string {
	content, err := source.Read(a.tree, file)
	if err != nil {
		return ""
	}

	if version := rubyInFile.FindStringSubmatch(string(content)); version != nil {
		return version[1]
	}

	if file == rubyVersionFile {
		return strings.TrimSpace(string(content))
	}

	return ""
}

// rubyInFile matches "3.3.6" and "ruby-3.3.6" of .ruby-version, "ruby 3.3.6" of .tool-versions and ruby = "3.3.6" of mise.toml, as Bundler reads them.
var rubyInFile = regexp.MustCompile(`(?m)^\s*(?:ruby[\s-]*(?:=\s*)?["']?)?(\d+\.\d[\w.-]*)`)
