package cli

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// platformVersion returns a version of the platform the way its parts report it, with a v: v1.3.0 for v1.3.0 and for 1.3.0.
func platformVersion(given string) (string, error) {
	number := strings.TrimPrefix(given, "v")

	if _, err := semver.StrictNewVersion(number); err != nil {
		return "", UsageError(fmt.Errorf("%q is no version of Zeitwork: give all three numbers of a release, as in v1.3.0", given))
	}

	return "v" + number, nil
}

// isOlder tells whether a release is older than another version; candidates are older than their release. What is no release is compared as people read it.
func isOlder(release, other string) bool {
	x, errX := semver.NewVersion(release)
	y, errY := semver.StrictNewVersion(strings.TrimPrefix(other, "v"))

	if errX != nil || errY != nil {
		return compareVersions(release, other) < 0
	}

	return x.LessThan(y)
}
