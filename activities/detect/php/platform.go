package php

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

// platformRequirement is what a package wants of PHP or of an extension.
type platformRequirement struct{ by, name, constraint string }

func (r platformRequirement) String() string {
	return fmt.Sprintf("%s requires %s %s", r.by, r.name, r.constraint)
}

// platform returns all requirements that are not packages: the app's own first.
func platform(manifest composerManifest, lock lockfile.ComposerLock) []platformRequirement {
	requirements := []platformRequirement{}
	add := func(by string, required map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(required)) {
			if !strings.Contains(name, "/") {
				requirements = append(requirements, platformRequirement{by, strings.ToLower(name), required[name]})
			}
		}
	}

	add(composerManifestName, manifest.Require)
	add(lockfile.ComposerName, lock.Platform)

	for _, known := range lock.Packages {
		add(known.Name, known.Require)
	}

	return requirements
}

func (r platformRequirement) isPHP() bool { return r.name == "php" || r.name == "php-64bit" }
