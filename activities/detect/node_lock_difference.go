package detect

import (
	"maps"
	"slices"

	"github.com/samber/lo"
)

// difference is something in which a lockfile and a package.json disagree, so that the frozen installation fails.
type difference struct {
	Kind differenceKind
	// Dependency is empty where the lockfile lacks the whole package.
	Dependency string
	// Locked is the range, or of versionUnfit the version, that the lockfile has; Asked is the range that package.json asks for.
	Locked string
	Asked  string
}

// differenceKind says what a difference is.
type differenceKind int

const (
	// packageMissing: the lockfile has nothing of the package whose package.json it is.
	packageMissing differenceKind = iota
	// dependencyMissing: the lockfile does not have Dependency.
	dependencyMissing
	// rangeMissing: the lockfile does not have Dependency for the range Asked.
	rangeMissing
	// rangeDiffers: the lockfile was made when Dependency was asked for as Locked.
	rangeDiffers
	// versionUnfit: the version Locked of Dependency is not in the range Asked.
	versionUnfit
	// dependencyLeft: the lockfile has Dependency, which package.json does not ask for.
	dependencyLeft
)

// compareNoted is how managers compare that note what was asked for. Where same says no, or only one side has a dependency, they refuse.
func compareNoted(asks requested, noted map[string]string, same func(asked, noted string) bool) *difference {
	asked := asks.installed()

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		was, ok := noted[name]

		switch {
		case asks.replaces(name):
		case !ok:
			return &difference{Kind: dependencyMissing, Dependency: name, Asked: asked[name]}
		case !same(asked[name], was):
			return &difference{Kind: rangeDiffers, Dependency: name, Locked: was, Asked: asked[name]}
		}
	}

	for _, name := range slices.Sorted(maps.Keys(noted)) {
		if !lo.HasKey(asked, name) && !lo.HasKey(asks.PeerDependencies, name) {
			return &difference{Kind: dependencyLeft, Dependency: name, Locked: noted[name]}
		}
	}

	return nil
}
