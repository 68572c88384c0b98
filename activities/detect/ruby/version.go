package ruby

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	rubyVersionFile  = ".ruby-version"
	toolVersionsFile = ".tool-versions"
)

// rubyVersion is the version of Ruby that the app runs on.
type rubyVersion struct {
	// version is a line of the table of base images, or the exact version that the Gemfile insists on.
	version string
	// line is the line of the table that version belongs to.
	line  string
	image string
	// because is a sentence that says who asked for the version.
	because string
}

// GemDirectory is the directory below BUNDLE_PATH that Bundler installs gems to.
func (r rubyVersion) GemDirectory() string { return "ruby/" + r.line + ".0" }

// Image is the reference of the image, for the template.
func (r rubyVersion) Image() string { return r.image }

// missing is the plan's Missing for the image of Ruby. Where the Gemfile insists on one release, it proposes to ask for a line, as the table does not say
// which releases there are.
func (r rubyVersion) missing(table buildplan.Runtime) map[string]string {
	if r.version == r.line {
		return table.Missing(r.line, r.because)
	}

	return map[string]string{r.image: buildplan.NoImage(r.because, r.image) + fmt.Sprintf("Have the Gemfile ask for a line, as in ruby \"~> %s.0\", "+
		"of which the newest release is taken, or add a Dockerfile: there are %s.", r.line, strings.Join(table.Versions(), ", "))}
}

// chooseVersion decides by the Gemfile, as Bundler runs on no Ruby that the Gemfile does not accept. Where that accepts several lines, .ruby-version,
// Gemfile.lock and .tool-versions decide, the first that is there, and else the table's default. Its errors are the user's.
func (a railsApp) chooseVersion(table buildplan.Runtime) (rubyVersion, error) {
	wanted, asker, err := a.wantedByGemfile(table)
	if err != nil {
		return rubyVersion{}, err
	}

	if exact := exactRequirement(wanted); exact != nil {
		return exactRuby(exact, asker, table)
	}

	constraint, err := rubyConstraint(wanted)
	if err != nil {
		return rubyVersion{}, problem.Wrap(err, problem.Invalid,
			`The Gemfile asks for Ruby %q, which is not a version. Write one such as ruby "~> %s.0".`, strings.Join(wanted, ", "), table.Default)
	}

	accepts := func(line string) bool { return constraint == nil || constraint.Check(newestRuby(line)) }

	for _, file := range []string{rubyVersionFile, lockfile.GemfileName, toolVersionsFile} {
		version := a.wantedBy(file)
		line := rubyLineOf(version)

		switch {
		case version == "":
		case table.Images[line] != "" && accepts(line):
			return ofLine(line, table, file+" asks for "+version), nil
		case constraint == nil:
			return rubyVersion{}, unknownRuby(file, version, table)
		}
	}

	line, ok := table.Choose(accepts)
	if !ok {
		return rubyVersion{}, unknownRuby(asker, strings.Join(wanted, ", "), table)
	}

	return ofLine(line, table, lo.Ternary(constraint == nil, "the default", "the Gemfile asks for "+strings.Join(wanted, ", "))), nil
}

// ofLine is the newest release of a line.
func ofLine(line string, table buildplan.Runtime, because string) rubyVersion {
	return rubyVersion{line, line, table.Images[line], fmt.Sprintf("Ruby %s: %s.", line, because)}
}

// exactRuby is the version for a Gemfile that accepts one release alone.
func exactRuby(exact *semver.Version, asker string, table buildplan.Runtime) (rubyVersion, error) {
	line := fmt.Sprintf("%d.%d", exact.Major(), exact.Minor())

	image := table.Images[line]
	if image == "" {
		return rubyVersion{}, unknownRuby(asker, exact.Original(), table)
	}

	version := line
	if table.Exact != "" {
		version = exact.String()
		image = table.ExactImage(version)
	}

	return rubyVersion{version, line, image, fmt.Sprintf("Ruby %s: %s insists on it.", version, asker)}, nil
}

// unknownRuby is the error for a version that the table does not have.
func unknownRuby(asker, wanted string, table buildplan.Runtime) error {
	return problem.New(problem.Invalid, "%s asks for Ruby %s, which is not to be had here. Change it to one of %s, or add a Dockerfile.",
		upperFirst(asker), wanted, strings.Join(table.Versions(), ", "))
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
