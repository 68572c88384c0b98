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
