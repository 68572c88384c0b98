package php

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var (
	// composerOr is one bar or two.
	composerOr = regexp.MustCompile(`\s*\|\|?\s*`)
	// composerSpacedOperator is an operator that stands apart from its version.
	composerSpacedOperator = regexp.MustCompile(`([<>=!~^]+)\s+`)
	composerHyphen         = regexp.MustCompile(`^(\S+)\s+-\s+(\S+)$`)
	composerTerm           = regexp.MustCompile(`^(>=|<=|<>|!=|==|=|>|<|\^|~|)v?(\d+)((?:\.\d+)*)(\.[*x])?(?:[-@].*)?$`)
)

// parseConstraint reads a version constraint as composer does. Composer's are like those of semver, but for "|", "~8.2" (up to 9) and
// "8.2", which is one version.
func parseConstraint(text string) (*semver.Constraints, error) {
	alternatives := composerOr.Split(strings.TrimSpace(text), -1)
	for i, alternative := range alternatives {
		alternatives[i] = composerRange(alternative)
	}

	return semver.NewConstraint(strings.Join(alternatives, " || "))
}

func composerRange(text string) string {
	if match := composerHyphen.FindStringSubmatch(text); match != nil {
		// An incomplete end takes in all that begins with it.
		upper := "<=" + match[2]
		if strings.Count(match[2], ".") < 2 { //nolint:mnd // Major, minor and patch have two dots.
			upper = match[2] + ".*"
			upper = "<" + nextAfter(upper)
		}

		return composerRange(">="+match[1]) + ", " + composerRange(upper)
	}

	text = composerSpacedOperator.ReplaceAllString(text, "$1")
	terms := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })

	for i, term := range terms {
		terms[i] = composerTermAsSemver(term)
	}

	return strings.Join(terms, ", ")
}

func composerTermAsSemver(term string) string {
	match := composerTerm.FindStringSubmatch(term)
	if match == nil {
		return strings.TrimSuffix(term, "@stable")
	}

	operator, major, rest, wildcard := match[1], match[2], match[3], match[4]
	version := major + rest

	switch {
	case wildcard != "":
		return version + ".x"
	case operator == "~" && strings.Count(rest, ".") < 2: // ~8 and ~8.2 leave the minor version free, ~8.2.1 does not.
		return ">=" + padded(version) + ", <" + nextAfter(major+".*")
	case operator == "<>":
		operator = "!="
	case operator == "==":
		operator = "="
	}

	return operator + padded(version)
}

// padded completes a version, as composer's 8.2 is 8.2.0 and semver's is all of 8.2.
func padded(version string) string {
	const parts = 3

	numbers := strings.Split(version, ".")
	for len(numbers) < parts {
		numbers = append(numbers, "0")
	}

	return strings.Join(numbers[:parts], ".")
}

// nextAfter returns the first version behind those of a wildcard: 8.* leads to 9.0.0, 8.2.* to 8.3.0.
func nextAfter(wildcard string) string {
	numbers := strings.Split(strings.TrimSuffix(wildcard, ".*"), ".")
	last, _ := strconv.Atoi(numbers[len(numbers)-1])
	numbers[len(numbers)-1] = strconv.Itoa(last + 1)

	return padded(strings.Join(numbers, "."))
}
