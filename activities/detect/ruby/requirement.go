package ruby

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
)

// exactRequirement returns the only release that the Gemfile accepts; nil where it accepts several. To Bundler "3.3" is the release 3.3.0.
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

// newestRuby stands for the newest release of a line. The table does not have its number.
func newestRuby(line string) *semver.Version {
	const newest = 999

	version := semver.MustParse(line)

	return semver.New(version.Major(), version.Minor(), newest, "", "")
}

// requirement matches an operator with a version.
var requirement = regexp.MustCompile(`^\s*(=|!=|>=|<=|>|<|~>)?\s*(\d+(?:\.\d+)*(?:[.-]\w+)*)\s*$`)

// rubyConstraint reads requirements as RubyGems writes them: "~> 3.3" goes up to 4, and "~> 3.3.0" up to 3.4. It is nil where there are none.
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

// rubyRelease matches a version of the usual Ruby, and captures its line.
var rubyRelease = regexp.MustCompile(`^(?:ruby-)?(\d+\.\d+)(?:[.-]\w+)*(?:@.*)?$`)

// rubyLineOf returns "3.3" for "ruby-3.3.6". It is empty for another Ruby than the usual one, and for what is no version.
func rubyLineOf(version string) string {
	if parts := rubyRelease.FindStringSubmatch(version); parts != nil {
		return parts[1]
	}

	return ""
}
