package lockfile

import (
	"encoding/json"
	"strings"

	"github.com/samber/lo"
)

// ComposerName is the name of Composer's lockfile.
const ComposerName = "composer.lock"

// ComposerLock is what is read of a composer.lock.
type ComposerLock struct {
	Packages []ComposerPackage `json:"packages"`
	// Platform is what composer.json requires of PHP and of its extensions.
	Platform phpMap `json:"platform"`
	// PlatformOverrides are the versions that the lock was made for, whatever PHP made it: config.platform of composer.json.
	PlatformOverrides phpMap `json:"platform-overrides"`
}

// ComposerPackage is a package that is locked.
type ComposerPackage struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Type    string `json:"type"`
	Dist    struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	} `json:"dist"`
	Bin              json.RawMessage `json:"bin"`
	TransportOptions json.RawMessage `json:"transport-options"`
	Require          phpMap          `json:"require"`
	Replace          phpMap          `json:"replace"`
	Provide          phpMap          `json:"provide"`
}

// phpMap is an object that PHP writes as a list where it is empty.
type phpMap map[string]string

// UnmarshalJSON reads both forms.
func (m *phpMap) UnmarshalJSON(text []byte) error {
	if strings.HasPrefix(string(text), "[") {
		return nil
	}

	return json.Unmarshal(text, (*map[string]string)(m))
}

// ParseComposer parses a composer.lock.
func ParseComposer(content []byte) (ComposerLock, error) {
	var lock ComposerLock
	err := json.Unmarshal(content, &lock)

	return lock, err
}

// Has tells whether a package is locked, or another that stands in for it.
func (l ComposerLock) Has(name string) bool {
	return lo.SomeBy(l.Packages, func(known ComposerPackage) bool {
		return known.Name == name || lo.HasKey(known.Replace, name) || lo.HasKey(known.Provide, name)
	})
}

// VersionOf returns the locked version without a leading v; empty where the package is not there.
func (l ComposerLock) VersionOf(name string) string {
	found, _ := lo.Find(l.Packages, func(known ComposerPackage) bool { return known.Name == name })

	return strings.TrimPrefix(found.Version, "v")
}

// Linked tells whether Composer installs a package of the source as a link to its directory, so that it reads no more of it than composer.json. Composer
// copies the directory where it is told to, runs it where it is a plugin of Composer, and looks for the programs that it brings.
func (p ComposerPackage) Linked() bool {
	var options struct {
		Symlink *bool `json:"symlink"`
	}

	_ = json.Unmarshal(p.TransportOptions, &options) // PHP writes an empty object as a list.

	return lo.FromPtrOr(options.Symlink, true) && !strings.HasPrefix(p.Type, "composer-") && len(p.Bin) == 0
}
