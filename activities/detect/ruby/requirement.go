package ruby

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
)

// isExact tells whether the Gemfile accepts one release alone.
func isExact(requirements []string) bool {
	if len(requirements) != 1 {
		return false
	}

	parts := requirement.FindStringSubmatch(requirements[0])

	return parts != nil && (parts[1] == "" || parts[1] == "=")
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
		dots := strings.Count(version, ".")

		if operator == "~>" {
			operator = lo.Ternary(dots > 1, "~", "^")
		} else {
			// To Bundler "3.3" is the release 3.3.0.
			version += strings.Repeat(".0", max(0, 2-dots)) //nolint:mnd // A release has two dots.
		}

		terms = append(terms, operator+version)
	}

	if len(terms) == 0 {
		return nil, nil //nolint:nilnil // No requirement is none.
	}

	return semver.NewConstraint(strings.Join(terms, ", "))
}

// rubyRelease matches a version of the usual Ruby, and captures its release without the patch level: "3.3.6" of "ruby-3.3.6p108".
var rubyRelease = regexp.MustCompile(`^(?:ruby-)?(\d+\.\d+(?:\.\d+)?(?:-(?:preview|rc)\d+)?)(?:[.-]?\w+)*(?:@.*)?$`)

// rubyReleaseOf returns "3.3.6" for "ruby-3.3.6". It is empty for another Ruby than the usual one, and for what is no version.
func rubyReleaseOf(version string) string {
	if parts := rubyRelease.FindStringSubmatch(version); parts != nil {
		return parts[1]
	}

	return ""
}
