package detect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	composerManifestName = "composer.json"
	composerLockName     = "composer.lock"
)

// composerManifest is what is read of composer.json.
type composerManifest struct {
	Require      map[string]string `json:"require"`
	Repositories json.RawMessage   `json:"repositories"`
	Autoload     json.RawMessage   `json:"autoload"`
}

// composerLock is what is read of composer.lock. PHP writes an empty object as a list.
type composerLock struct {
	Packages          []lockedPackage `json:"packages"`
	Platform          phpMap          `json:"platform"`
	PlatformOverrides phpMap          `json:"platform-overrides"`
}

type lockedPackage struct {
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

// readComposer reads both files; false where there is no composer.json. Its errors are the user's.
func readComposer(app fs.FS) (composerManifest, bool, error) {
	var manifest composerManifest

	content, err := readBounded(app, composerManifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest, false, nil
	}

	if err == nil {
		err = json.Unmarshal(content, &manifest)
	}

	if err != nil {
		return manifest, false, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", composerManifestName, err)
	}

	return manifest, true, nil
}

func readComposerLock(app fs.FS) (composerLock, error) {
	var lock composerLock

	content, err := readLarge(app, composerLockName)
	if errors.Is(err, fs.ErrNotExist) {
		return lock, problem.New(problem.Invalid, "There is no %s, so that nobody knows which versions to install. Run composer update and commit %s.",
			composerLockName, composerLockName)
	}

	if err == nil {
		err = json.Unmarshal(content, &lock)
	}

	if err != nil {
		return lock, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Run composer update and commit %s.", composerLockName, err, composerLockName)
	}

	return lock, nil
}

// check says what the lock lacks of composer.json.
func (l composerLock) check(manifest composerManifest) error {
	missing := lo.Filter(slices.Sorted(maps.Keys(manifest.Require)), func(name string, _ int) bool {
		return strings.Contains(name, "/") && !l.has(strings.ToLower(name))
	})
	if len(missing) == 0 {
		return nil
	}

	return problem.New(problem.Invalid, "%s requires %s, which %s does not have: the two are out of step. Run composer update and commit both.",
		composerManifestName, strings.Join(missing, ", "), composerLockName)
}

func (l composerLock) has(name string) bool {
	return lo.SomeBy(l.Packages, func(known lockedPackage) bool {
		return known.Name == name || lo.HasKey(known.Replace, name) || lo.HasKey(known.Provide, name)
	})
}

// versionOf returns the locked version without a leading v; empty where the package is not there.
func (l composerLock) versionOf(name string) string {
	found, _ := lo.Find(l.Packages, func(known lockedPackage) bool { return known.Name == name })

	return strings.TrimPrefix(found.Version, "v")
}

// platformRequirement is what a package wants of PHP or of an extension.
type platformRequirement struct{ by, name, constraint string }

func (r platformRequirement) String() string {
	return fmt.Sprintf("%s requires %s %s", r.by, r.name, r.constraint)
}

// platform returns all requirements that are not packages: the app's own first.
func platform(manifest composerManifest, lock composerLock) []platformRequirement {
	requirements := []platformRequirement{}
	add := func(by string, required map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(required)) {
			if !strings.Contains(name, "/") {
				requirements = append(requirements, platformRequirement{by, strings.ToLower(name), required[name]})
			}
		}
	}

	add(composerManifestName, manifest.Require)
	add(composerLockName, lock.Platform)

	for _, known := range lock.Packages {
		add(known.Name, known.Require)
	}

	return requirements
}
