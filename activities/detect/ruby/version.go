package ruby

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	rubyVersionFile  = ".ruby-version"
	toolVersionsFile = ".tool-versions"
	gemfileName      = "Gemfile"
)

// chosenVersion is the Ruby that the app runs on.
type chosenVersion struct {
	// version is a line of the table, or the exact one that the Gemfile insists on.
	version string
	// line is that of the table.
	line  string
	image string
	// because says in a sentence who asked for it.
	because string
}

// GemDirectory is where Bundler installs gems below its path.
func (r chosenVersion) GemDirectory() string { return "ruby/" + r.line + ".0" }

// Image is the one of that version.
func (r chosenVersion) Image() string { return r.image }

// missing offers those whose Gemfile insists on a release lines of releases, as nobody here knows which releases there are.
func (r chosenVersion) missing(table buildplan.Runtime) map[string]string {
	if r.version == r.line {
		return table.Missing(r.line, r.because)
	}

	return map[string]string{r.image: buildplan.NoImage(r.because, r.image) + fmt.Sprintf("Have the Gemfile ask for a line, as in ruby \"~> %s.0\", "+
		"of which the newest release is taken, or add a Dockerfile: there are %s.", r.line, strings.Join(table.Versions(), ", "))}
}

// chooseVersion decides by the Gemfile, as Bundler refuses what that does not accept. Where it leaves a choice, .ruby-version, the Gemfile.lock and
// .tool-versions are asked, in this order, and then the table's default.
func chooseVersion(app railsApp, table buildplan.Runtime) (chosenVersion, error) {
	wanted, asker, err := app.wantedByGemfile(table)
	if err != nil {
		return chosenVersion{}, err
	}

	if exact := exactRequirement(wanted); exact != nil {
		return exactRuby(exact, asker, table)
	}

	constraint, err := rubyConstraint(wanted)
	if err != nil {
		return chosenVersion{}, problem.Wrap(err, problem.Invalid,
			`The Gemfile asks for Ruby %q, which is not a version. Write one such as ruby "~> %s.0".`, strings.Join(wanted, ", "), table.Default)
	}

	accepts := func(line string) bool { return constraint == nil || constraint.Check(newestRuby(line)) }

	for _, file := range []string{rubyVersionFile, lockfile.GemfileName, toolVersionsFile} {
		version := app.wantedRuby(file)
		line := rubyLineOf(version)

		switch {
		case version == "":
		case table.Images[line] != "" && accepts(line):
			return ofLine(line, table, file+" asks for "+version), nil
		case constraint == nil:
			return chosenVersion{}, unknownRuby(file, version, table)
		}
	}

	line, ok := table.Choose(accepts)
	if !ok {
		return chosenVersion{}, unknownRuby(asker, strings.Join(wanted, ", "), table)
	}

	return ofLine(line, table, lo.Ternary(constraint == nil, "the default", "the Gemfile asks for "+strings.Join(wanted, ", "))), nil
}

func ofLine(line string, table buildplan.Runtime, because string) chosenVersion {
	return chosenVersion{line, line, table.Images[line], fmt.Sprintf("Ruby %s: %s.", line, because)}
}

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

	version := a.wantedRuby(file)
	if version == "" {
		return nil, "", problem.New(problem.Invalid,
			"The Gemfile reads the Ruby version from %s, which names none. Write it there, such as %s.", file, table.Default)
	}

	return []string{version}, "the Gemfile, by " + file + ",", nil
}

// wantedRuby returns what one of these files asks for; empty where it asks for nothing.
func (a railsApp) wantedRuby(file string) string {
	if file == lockfile.GemfileName {
		return a.lock.Ruby
	}

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

// rubyInFile fits "3.3.6" and "ruby-3.3.6" of .ruby-version, "ruby 3.3.6" of .tool-versions and ruby = "3.3.6" of mise.toml, as Bundler reads them.
var rubyInFile = regexp.MustCompile(`(?m)^\s*(?:ruby[\s-]*(?:=\s*)?["']?)?(\d+\.\d[\w.-]*)`)

// exactRuby is for a Gemfile that names one version: Bundler runs on no other.
func exactRuby(exact *semver.Version, asker string, table buildplan.Runtime) (chosenVersion, error) {
	line := fmt.Sprintf("%d.%d", exact.Major(), exact.Minor())

	image := table.Images[line]
	if image == "" {
		return chosenVersion{}, unknownRuby(asker, exact.Original(), table)
	}

	version := line
	if table.Exact != "" {
		version = exact.String()
		image = table.ExactImage(version)
	}

	return chosenVersion{version, line, image, fmt.Sprintf("Ruby %s: %s insists on it.", version, asker)}, nil
}

func unknownRuby(asker, wanted string, table buildplan.Runtime) error {
	return problem.New(problem.Invalid, "%s asks for Ruby %s, which is not to be had here. Change it to one of %s, or add a Dockerfile.",
		upperFirst(asker), wanted, strings.Join(table.Versions(), ", "))
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// exactRequirement is nil where the Gemfile accepts several versions: "3.3" is 3.3.0 to Bundler.
func exactRequirement(requirements []string) *semver.Version {
	if len(requirements) != 1 {
		return nil
	}

	exact, err := semver.NewVersion(strings.TrimLeft(requirements[0], "= "))
	if err != nil {
		return nil
	}

	return exact
}

// newestRuby stands for the newest release of a line, which the table does not know.
func newestRuby(line string) *semver.Version {
	const newest = 999

	version := semver.MustParse(line)

	return semver.New(version.Major(), version.Minor(), newest, "", "")
}

var requirement = regexp.MustCompile(`^\s*(=|!=|>=|<=|>|<|~>)?\s*(\d+(?:\.\d+)*(?:[.-]\w+)*)\s*$`)

// rubyConstraint reads requirements as RubyGems writes them: "~> 3.3" goes up to 4, "~> 3.3.0" up to 3.4. It is nil where there are none.
func rubyConstraint(requirements []string) (*semver.Constraints, error) {
	terms := []string{}

	for _, text := range requirements {
		parts := requirement.FindStringSubmatch(text)
		if parts == nil {
			return nil, fmt.Errorf("%q is not a requirement", text)
		}

		operator, version := parts[1], parts[2]
		if operator == "~>" {
			operator = lo.Ternary(strings.Count(version, ".") > 1, "~", "^")
		}

		terms = append(terms, operator+version)
	}

	if len(terms) == 0 {
		return nil, nil //nolint:nilnil // No requirement is none.
	}

	return semver.NewConstraint(strings.Join(terms, ", "))
}

var rubyRelease = regexp.MustCompile(`^(?:ruby-)?(\d+\.\d+)(?:[.-]\w+)*(?:@.*)?$`)

// rubyLineOf returns "3.3" for "ruby-3.3.6"; empty for what is no version of the usual Ruby.
func rubyLineOf(version string) string {
	if parts := rubyRelease.FindStringSubmatch(version); parts != nil {
		return parts[1]
	}

	return ""
}
