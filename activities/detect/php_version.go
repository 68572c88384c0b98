package detect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// newestPatch stands for the patch version that a line of the table has, which Debian raises.
const newestPatch = 999

// choosePHP returns a version of the table that everything accepts, and why it is that. The version that the lock was made for goes first.
func choosePHP(requirements []platformRequirement, lock composerLock, table Runtime) (version, because string, err error) {
	wanted := []platformRequirement{}

	for _, requirement := range requirements {
		if requirement.name == "php" || requirement.name == "php-64bit" {
			wanted = append(wanted, requirement)
		}
	}

	accepts := map[string]bool{}

	for _, line := range table.versions() {
		refusal, err := refusalOf(line, wanted)
		if err != nil {
			return "", "", err
		}

		accepts[line] = refusal == nil
	}

	if made, err := semver.NewVersion(lock.PlatformOverrides["php"]); err == nil {
		if line := fmt.Sprintf("%d.%d", made.Major(), made.Minor()); accepts[line] {
			return line, "the version in config.platform of composer.json", nil
		}
	}

	version, ok := table.choose(func(version string) bool { return accepts[version] })
	if !ok {
		return "", "", noPHP(wanted, table)
	}

	if len(wanted) == 0 {
		return version, "the default, as nothing asks for a version", nil
	}

	return version, wanted[0].String(), nil
}

// refusalOf returns the first requirement that a line does not meet.
func refusalOf(line string, wanted []platformRequirement) (*platformRequirement, error) {
	version := semver.MustParse(line)
	newest := semver.New(version.Major(), version.Minor(), newestPatch, "", "")

	for _, requirement := range wanted {
		constraint, err := composerConstraint(requirement.constraint)
		if err != nil {
			return nil, problem.Wrap(err, problem.Invalid, "%s, which is not a version constraint. Correct it, for example to ^8.2.", requirement)
		}

		if !constraint.Check(newest) {
			return &requirement, nil
		}
	}

	return nil, nil //nolint:nilnil // Nothing refuses the line.
}

// noPHP says for each line why it will not do.
func noPHP(wanted []platformRequirement, table Runtime) error {
	reasons := []string{}

	for _, line := range slices.Backward(table.versions()) {
		if refusal, err := refusalOf(line, wanted); err == nil && refusal != nil {
			reasons = append(reasons, fmt.Sprintf("not %s, as %s", line, refusal))
		}
	}

	return problem.New(problem.Invalid, "No version of PHP will do: there are %s, but %s. Change composer.json and run composer update, or bring a Dockerfile.",
		strings.Join(table.versions(), " and "), strings.Join(reasons, "; "))
}
