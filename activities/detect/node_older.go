package detect

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// olderThan is false where the version is none.
func olderThan(version string, than *semver.Version) bool {
	parsed, err := semver.NewVersion(strings.TrimSuffix(version, ".x"))

	return err == nil && parsed.LessThan(than)
}
