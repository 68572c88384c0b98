package php

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var (
	// composerOr separates alternatives, with one bar or two.
	composerOr = regexp.MustCompile(`\s*\|\|?\s*`)
	// composerSpacedOperator matches an operator with a space before its version.
	composerSpacedOperator = regexp.MustCompile(`([<>=!~^]+)\s+`)
	// composerHyphen matches a range with both ends, such as "8.1 - 8.3".
	composerHyphen = regexp.MustCompile(`^(\S+)\s+-\s+(\S+)$`)
	// composerTerm matches an operator with a version, such as "~8.2" and "8.*".
	composerTerm = regexp.MustCompile(`^(>=|<=|<>|!=|==|=|>|<|\^|~|)v?(\d+)((?:\.\d+)*)(\.[*x])?(?:[-@].*)?$`)
)

// parseConstraint reads a range of versions as Composer writes it. Package semver writes most of them likewise. It does not know "|", and means something
// else by "~8.2", which is up to 9 for Composer, and by "8.2", which is only 8.2.0 for Composer.
func parseConstraint(text string) (*semver.Constraints, error) {
	alternatives := composerOr.Split(strings.TrimSpace(text), -1)
	for i, alternative := range alternatives {
		alternatives[i] = composerRange(alternative)
	}

	return semver.NewConstraint(strings.Join(alternatives, " || "))
}

// composerRange translates a range without alternatives.
func composerRange(text string) string {
	if match := composerHyphen.FindStringSubmatch(text); match != nil {
		// An end such as 8.3 takes in 8.3.1.
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

// composerTermAsSemver translates an operator with a version.
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

// padded completes a version to three numbers: to package semver 8.2 is any of 8.2.
func padded(version string) string {
	const parts = 3

	numbers := strings.Split(version, ".")
	for len(numbers) < parts {
		numbers = append(numbers, "0")
	}

	return strings.Join(numbers[:parts], ".")
}

// nextAfter returns the first version behind those of a wildcard: 9.0.0 for 8.*, and 8.3.0 for 8.2.*.
func nextAfter(wildcard string) string {
	numbers := strings.Split(strings.TrimSuffix(wildcard, ".*"), ".")
	last, _ := strconv.Atoi(numbers[len(numbers)-1])
	numbers[len(numbers)-1] = strconv.Itoa(last + 1)

	return padded(strings.Join(numbers, "."))
}
