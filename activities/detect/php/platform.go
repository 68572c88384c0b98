package php

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

// platformRequirement is what an app or a package requires of PHP, or of an extension of PHP.
type platformRequirement struct {
	// by is the package, or the file, that requires it.
	by string
	// name is "php", or that of an extension, such as "ext-curl".
	name string
	// constraint is a range of versions, as Composer writes it.
	constraint string
}

// String is the beginning of a sentence.
func (r platformRequirement) String() string {
	return fmt.Sprintf("%s requires %s %s", r.by, r.name, r.constraint)
}

// platform returns what is required of PHP and its extensions, by the app first and then by the packages.
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

// isPHP tells whether the requirement is about the version of PHP.
func (r platformRequirement) isPHP() bool { return r.name == "php" || r.name == "php-64bit" }
