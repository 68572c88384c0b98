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

// rubyVersion is the version of Ruby that the app runs on.
type rubyVersion struct {
	buildplan.Image

	// because is a sentence that says who asked for the version.
	because string
}

// line is the line that the version belongs to, such as 3.3.
func (r rubyVersion) line() string { return lineOf(r.Version) }

func lineOf(version string) string {
	parsed := semver.MustParse(version)

	return fmt.Sprintf("%d.%d", parsed.Major(), parsed.Minor())
}

// GemDirectory is the directory below BUNDLE_PATH that Bundler installs gems to.
func (r rubyVersion) GemDirectory() string { return "ruby/" + r.line() + ".0" }

// missing is the plan's Missing for the image of Ruby. Where the source names one release, it proposes to ask for a line, as the table does not say which
// releases there are.
func (r rubyVersion) missing(table buildplan.Runtime) map[string]string {
	if r.Version == r.line() {
		return table.Missing(r.Image, r.because)
	}

	return map[string]string{r.Reference: buildplan.NoImage(r.because, r.Reference) + adviceOnLines(table)}
}

// adviceOnLines is the end of a sentence about a release that is not to be had.
func adviceOnLines(table buildplan.Runtime) string {
	lines := table.Versions()

	return fmt.Sprintf("Have the Gemfile ask for a line, as in ruby \"~> %s.0\", of which the newest release is taken, or add a Dockerfile: there are %s.",
		table.Default, strings.Join(lines, ", "))
}

// chooseVersion decides by the Gemfile, as Bundler runs on no Ruby that the Gemfile does not accept. Where that accepts several releases, .ruby-version,
// Gemfile.lock, .tool-versions and mise.toml decide, the first that is there, and else the table's default. Its errors are the user's.
func (a railsApp) chooseVersion(table buildplan.Runtime) (rubyVersion, error) {
	requirements, asker, err := a.wantedByGemfile(table)
	if err != nil {
		return rubyVersion{}, err
	}

	constraint, err := rubyConstraint(requirements)
	if err != nil {
		return rubyVersion{}, problem.Wrap(err, problem.Invalid,
			`The Gemfile asks for Ruby %q, which is not a version. Write one such as ruby "~> %s.0".`, strings.Join(requirements, ", "), table.Default)
	}

	for _, pin := range lo.Ternary(isExact(requirements), nil, a.pins()) {
		found, ok := pin.find(constraint, table)
		if ok {
			return found, nil
		}

		if constraint == nil {
			return rubyVersion{}, unknownRuby(pin.file, pin.text, []string{pin.release}, table)
		}
	}

	accepts, named := func(*semver.Version) bool { return true }, []string{}
	if constraint != nil {
		accepts, named = constraint.Check, buildplan.Named(constraint.String())
	}

	wanted := strings.Join(requirements, ", ")

	found, ok := table.Find(accepts, named)
	if !ok {
		return rubyVersion{}, unknownRuby(asker, wanted, named, table)
	}

	because := "the default."

	switch {
	case constraint != nil && found.Version != lineOf(found.Version):
		because = asker + " insists on it."
	case constraint != nil:
		because = "the Gemfile asks for " + wanted + "."
	}

	return rubyVersion{found, fmt.Sprintf("Ruby %s: %s", found.Version, because)}, nil
}

// find returns the image of the release that is pinned, or of its line where the registry turned out not to have that; false where the Gemfile does not
// accept it, and where it is not to be had.
func (p rubyPin) find(constraint *semver.Constraints, table buildplan.Runtime) (rubyVersion, bool) {
	if p.release == "" {
		return rubyVersion{}, false
	}

	pinned, err := semver.NewConstraint("=" + p.release)
	if err != nil {
		return rubyVersion{}, false
	}

	accepts := func(version *semver.Version) bool {
		return pinned.Check(version) && (constraint == nil || constraint.Check(version))
	}
	because := fmt.Sprintf("%s asks for %s.", p.file, p.text)

	found, ok := table.Find(accepts, []string{p.release})
	if !ok {
		// A constraint that accepts the line accepts its newest release.
		ofLine := func(version *semver.Version) bool {
			return lineOf(version.String()) == lineOf(p.release) && (constraint == nil || constraint.Check(version))
		}

		if found, ok = table.Find(ofLine, nil); ok {
			because = lo.CoalesceOrEmpty(lackingRuby(p, table), because)
		}
	}

	return rubyVersion{found, fmt.Sprintf("Ruby %s: %s", found.Version, because)}, ok
}

// lackingRuby says that the newest release of a line stands in for one that the registry does not have; empty where it was not asked.
func lackingRuby(pin rubyPin, table buildplan.Runtime) string {
	image := table.Lacking([]string{pin.release})
	if image == "" {
		return ""
	}

	return fmt.Sprintf("%s asks for %s, and the registry has no image %s, so that it is the newest release of this line.", pin.file, pin.text, image)
}

// unknownRuby is the error for a version that is not to be had.
func unknownRuby(asker, wanted string, named []string, table buildplan.Runtime) error {
	image := table.Lacking(named)
	if image == "" {
		return problem.New(problem.Invalid, "%s asks for Ruby %s, which is not to be had here. Change it to one of %s, or add a Dockerfile.",
			upperFirst(asker), wanted, strings.Join(table.Versions(), ", "))
	}

	if asker == lockfile.GemfileName || strings.HasPrefix(asker, ".") {
		return problem.New(problem.Invalid, "%s asks for Ruby %s, and the registry has no image %s. Change it to one of %s, or add a Dockerfile.",
			asker, wanted, image, strings.Join(table.Versions(), ", "))
	}

	return problem.New(problem.Invalid, "%s insists on Ruby %s, and the registry has no image %s. %s", upperFirst(asker), wanted, image, adviceOnLines(table))
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
