package php

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// newestPatch stands for the patch version of a line, which grows as Debian brings newer ones.
const newestPatch = 999

// chooseVersion returns a version of the table that satisfies all requirements, and in a few words why it is that. The version that the lock was made for
// comes before the table's default, and that before the newest.
func chooseVersion(requirements []platformRequirement, lock lockfile.ComposerLock, table buildplan.Runtime) (version, because string, err error) {
	refusals := map[string]*phpRefusal{}

	for _, line := range table.Versions() {
		if refusals[line], err = refusalOf(line, table.Images[line], requirements); err != nil {
			return "", "", err
		}
	}

	accepts := func(line string) bool { return table.Images[line] != "" && refusals[line] == nil }

	if made, err := semver.NewVersion(lock.PlatformOverrides["php"]); err == nil {
		if line := fmt.Sprintf("%d.%d", made.Major(), made.Minor()); accepts(line) {
			return line, "the version in config.platform of composer.json", nil
		}
	}

	version, ok := table.Choose(accepts)
	if !ok {
		return "", "", noPHP(table.Versions(), refusals)
	}

	because = "the default, as nothing asks for a version"

	first, asks := lo.Find(requirements, platformRequirement.isPHP)
	if asks {
		because = first.String()
	}

	if refusal := refusals[table.Default]; refusal != nil && refusal.reason != because {
		because = fmt.Sprintf("%s; not %s, as %s", lo.Ternary(asks, because, "the newest that will do"), table.Default, refusal.reason)
	}

	return version, because, nil
}

// phpRefusal is a requirement that a line of PHP does not satisfy.
type phpRefusal struct {
	// by is platformRequirement.by.
	by string
	// reason is the beginning of a sentence.
	reason string
}

// refusalOf returns the first requirement that a line does not satisfy; nil where it satisfies all.
func refusalOf(line, image string, requirements []platformRequirement) (*phpRefusal, error) {
	version := semver.MustParse(line)
	newest := semver.New(version.Major(), version.Minor(), newestPatch, "", "")

	for _, requirement := range requirements {
		if lacksExtension(image, requirement) {
			reason := fmt.Sprintf("%s requires %s, of which Debian has no package for PHP %s", requirement.by, requirement.name, line)

			return &phpRefusal{requirement.by, reason}, nil
		}

		if !requirement.isPHP() {
			continue
		}

		constraint, err := parseConstraint(requirement.constraint)
		if err != nil {
			return nil, problem.Wrap(err, problem.Invalid, "%s, which is not a version constraint. Correct it, for example to ^8.2.", requirement)
		}

		if !constraint.Check(newest) {
			return &phpRefusal{requirement.by, requirement.String()}, nil
		}
	}

	return nil, nil //nolint:nilnil // Nothing refuses the line.
}

// noPHP is the error where no line satisfies all requirements.
func noPHP(lines []string, refusals map[string]*phpRefusal) error {
	reasons := lo.Uniq(lo.Map(lines, func(line string, _ int) string { return refusals[line].reason }))
	by := lo.Uniq(lo.Map(lines, func(line string, _ int) string { return refusals[line].by }))

	advice := "Correct composer.json, run composer update and commit both files"
	if !slices.Contains(by, composerManifestName) {
		advice = "Run composer update with one of these, and commit composer.lock"
	}

	return problem.New(problem.Invalid, "%s, but only PHP %s is to be had here. %s, or bring a Dockerfile that installs another PHP.",
		strings.Join(reasons, ", and "), strings.Join(lines, " or "), advice)
}
