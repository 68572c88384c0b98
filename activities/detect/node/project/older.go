package project

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// OlderThan is false where the version is none.
func OlderThan(version string, than *semver.Version) bool {
	parsed, err := semver.NewVersion(strings.TrimSuffix(version, ".x"))

	return err == nil && parsed.LessThan(than)
}
