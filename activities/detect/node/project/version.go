package project

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Version is the version of Node that the app runs on.
type Version struct {
	// Line is a major version, of which the image has the newest release.
	Line string
	// Image is the reference of the image.
	Image string
	// Because says in a few words who asked for it.
	Because string
}

// newestOfLine stands for the minor and the patch number of the newest release of a line. The table of base images does not have these numbers.
const newestOfLine = 999

// versionInRange matches each version that a range names.
var versionInRange = regexp.MustCompile(`\d+(\.\d+)*`)

// chooseVersion decides by engines.node. Where that accepts several lines, .nvmrc, .node-version, volta and .tool-versions decide, the first that is
// there, and else the table's default. The app's directory comes before the top of its workspace.
func (p *Project) chooseVersion(table buildplan.Runtime) (Version, error) {
	accepts, file, asked := func(string) bool { return true }, "", ""

	for _, place := range p.places() {
		if wanted := place.manifest.Engines["node"]; wanted != "" && wanted != "*" {
			constraint, err := semver.NewConstraint(strings.ReplaceAll(wanted, ">= ", ">="))
			if err != nil {
				return Version{}, problem.Wrap(err, problem.Invalid,
					"engines.node in package.json is %q, which is not a range of versions. Write one such as %q.", wanted, table.Default+".x")
			}

			accepts = func(line string) bool { return lineSatisfies(line, constraint, wanted) }
			file, asked = "engines.node in package.json", wanted

			break
		}
	}

	chosen, ok := table.Choose(accepts)
	if !ok {
		return Version{}, unknownVersion(table, file, asked)
	}

	pin, wanted := p.versionPin()
	if pin != "" {
		line, ok := table.Choose(func(version string) bool { return pinMatches(version, wanted, table) })

		switch {
		case ok && accepts(line):
			chosen, file, asked = line, pin, wanted
		case file == "":
			return Version{}, unknownVersion(table, pin, wanted)
		}
	}

	because := "the default"
	if file != "" {
		because = fmt.Sprintf("%s asks for %s", file, asked)
	}

	return Version{Line: chosen, Image: table.Images[chosen], Because: because}, nil
}

// lineSatisfies tells whether the newest release of a line is in the range, or one that the range names: an exact version is satisfied by its line.
func lineSatisfies(line string, constraint *semver.Constraints, wanted string) bool {
	if constraint.Check(newestOf(line)) {
		return true
	}

	return lo.SomeBy(versionInRange.FindAllString(wanted, -1), func(named string) bool {
		version, err := semver.NewVersion(named)

		return err == nil && version.Major() == semver.MustParse(line).Major() && constraint.Check(version)
	})
}

// newestOf stands for the newest release of a line.
func newestOf(line string) *semver.Version {
	version := semver.MustParse(line)

	return semver.New(version.Major(), newestOfLine, newestOfLine, "", "")
}

// unknownVersion is the error for a version that the table does not have.
func unknownVersion(table buildplan.Runtime, file, wanted string) error {
	return problem.New(problem.Invalid, "%s asks for Node %s, which is not to be had here. Change it to one of %s.",
		file, wanted, strings.Join(table.Versions(), ", "))
}
