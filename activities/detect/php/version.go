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

// phpVersion is the version of PHP that the app runs on.
type phpVersion struct {
	buildplan.Image

	// because says in a few words why it is that.
	because string
	// official says that the image is an official one of PHP, as Debian does not have the version.
	official bool
}

// chooseVersion returns a version that satisfies all requirements. One that a file pins comes first, then the one that the lock was made for, the table's
// default, and the newest: but for the first, these are Debian's. Where none of them will do, it is one that a requirement names.
func chooseVersion(requirements []platformRequirement, lock lockfile.ComposerLock, pin phpPin, table buildplan.Runtime) (phpVersion, error) {
	refusals := map[string]*phpRefusal{}

	for _, line := range table.Versions() {
		refusal, err := refusalOf(line, table.Images[line], requirements)
		if err != nil {
			return phpVersion{}, err
		}

		refusals[line] = refusal
	}

	if found, ok := pin.find(requirements, table, refusals); ok {
		return found, nil
	}

	found, err := chooseUnpinned(requirements, lock, table, refusals)
	found.because += pin.ignored(requirements, table)

	return found, err
}

// chooseUnpinned is chooseVersion for an app whose version no file pins.
func chooseUnpinned(
	requirements []platformRequirement, lock lockfile.ComposerLock, table buildplan.Runtime, refusals map[string]*phpRefusal,
) (phpVersion, error) {
	accepts := func(line string) bool { return table.Images[line] != "" && refusals[line] == nil }

	if made, err := semver.NewVersion(lock.PlatformOverrides["php"]); err == nil {
		if line := fmt.Sprintf("%d.%d", made.Major(), made.Minor()); accepts(line) {
			return phpVersion{Image: table.OfLine(line), because: "the version in config.platform of composer.json"}, nil
		}
	}

	line, ok := table.Choose(accepts)
	if !ok {
		return besideDebian(requirements, lock, table, refusals)
	}

	because := "the default, as nothing asks for a version"

	first, asks := lo.Find(requirements, platformRequirement.isPHP)
	if asks {
		because = first.String()
	}

	if refusal := refusals[table.Default]; refusal != nil && refusal.reason != because {
		because = fmt.Sprintf("%s; not %s, as %s", lo.Ternary(asks, because, "the newest that will do"), table.Default, refusal.reason)
	}

	return phpVersion{Image: table.OfLine(line), because: because}, nil
}

// besideDebian returns a version that a requirement, or the lock, names and that Debian does not have.
func besideDebian(
	requirements []platformRequirement, lock lockfile.ComposerLock, table buildplan.Runtime, refusals map[string]*phpRefusal,
) (phpVersion, error) {
	asking := lo.Filter(requirements, func(requirement platformRequirement, _ int) bool { return requirement.isPHP() })
	named := buildplan.Named(lock.PlatformOverrides["php"])

	for _, requirement := range asking {
		named = append(named, buildplan.Named(requirement.constraint)...)
	}

	found, ok := table.FindBeside(satisfiesAll(asking), named)
	if !ok {
		return phpVersion{}, noPHP(table, named, refusals)
	}

	// An extension that Debian alone has leaves no choice.
	_, packaged := extensionPackages(requirements)
	if _, err := official(requirements); err != nil && packaged == nil {
		return phpVersion{}, noPHP(table, named, refusals)
	}

	first, _ := lo.Find(asking, platformRequirement.isPHP)

	return phpVersion{found, first.String() + ", and Debian has no such version", true}, nil
}

// satisfiesAll tells of a version whether it satisfies all that is required of PHP's.
func satisfiesAll(requirements []platformRequirement) func(version *semver.Version) bool {
	return func(version *semver.Version) bool {
		return lo.EveryBy(requirements, func(requirement platformRequirement) bool {
			if !requirement.isPHP() {
				return true
			}

			constraint, err := parseConstraint(requirement.constraint)

			return err == nil && constraint.Check(version)
		})
	}
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
func noPHP(table buildplan.Runtime, named []string, refusals map[string]*phpRefusal) error {
	lines := table.Versions()
	reasons := lo.Uniq(lo.Map(lines, func(line string, _ int) string { return refusals[line].reason }))
	by := lo.Uniq(lo.Map(lines, func(line string, _ int) string { return refusals[line].by }))

	advice := "Correct composer.json, run composer update and commit both files"
	if !slices.Contains(by, composerManifestName) {
		advice = "Run composer update with one of these, and commit composer.lock"
	}

	lacking := ""
	if image := table.Lacking(named); image != "" {
		lacking = ", as the registry has no image " + image
	}

	return problem.New(problem.Invalid, "%s, but only PHP %s is to be had here%s. %s, or bring a Dockerfile that installs another PHP.",
		strings.Join(reasons, ", and "), strings.Join(lines, " or "), lacking, advice)
}
