package lockfile

import (
	"encoding/json"
	"strings"

	"github.com/samber/lo"
)

const ComposerName = "composer.lock"

// ComposerLock is what is read of composer.lock. PHP writes an empty object as a list.
type ComposerLock struct {
	Packages          []ComposerPackage `json:"packages"`
	Platform          phpMap            `json:"platform"`
	PlatformOverrides phpMap            `json:"platform-overrides"`
}

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

type phpMap map[string]string

func (m *phpMap) UnmarshalJSON(text []byte) error {
	if strings.HasPrefix(string(text), "[") {
		return nil
	}

	return json.Unmarshal(text, (*map[string]string)(m))
}

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

// Linked tells whether composer makes a link to the package's directory and reads no more of it than composer.json: it copies where it is told to,
// runs plugins, and looks for programs.
func (p ComposerPackage) Linked() bool {
	var options struct {
		Symlink *bool `json:"symlink"`
	}

	_ = json.Unmarshal(p.TransportOptions, &options) // PHP writes an empty object as a list.

	return lo.FromPtrOr(options.Symlink, true) && !strings.HasPrefix(p.Type, "composer-") && len(p.Bin) == 0
}

func ParseComposer(content []byte) (ComposerLock, error) {
	var lock ComposerLock
	err := json.Unmarshal(content, &lock)

	return lock, err
}
