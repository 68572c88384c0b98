package node

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// olderThan tells whether a version, which may be a line such as 12.x, is older than another. What is no version is not.
func olderThan(version string, than *semver.Version) bool {
	parsed, err := semver.NewVersion(strings.TrimSuffix(version, ".x"))

	return err == nil && parsed.LessThan(than)
}
