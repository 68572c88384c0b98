package lockfile

import (
	"maps"
	"slices"

	"github.com/samber/lo"
)

// Difference is something in which a lockfile and a package.json disagree, so that the frozen installation fails.
type Difference struct {
	Kind DifferenceKind
	// Dependency is empty where the lockfile lacks the whole package.
	Dependency string
	// Locked is the range, or of versionUnfit the version, that the lockfile has; Asked is the range that package.json asks for.
	Locked string
	Asked  string
}

// DifferenceKind says what a difference is.
type DifferenceKind int

const (
	// PackageMissing: the lockfile has nothing of the package whose package.json it is.
	PackageMissing DifferenceKind = iota
	// DependencyMissing: the lockfile does not have Dependency.
	DependencyMissing
	// RangeMissing: the lockfile does not have Dependency for the range Asked.
	RangeMissing
	// RangeDiffers: the lockfile was made when Dependency was asked for as Locked.
	RangeDiffers
	// VersionUnfit: the version Locked of Dependency is not in the range Asked.
	VersionUnfit
	// DependencyLeft: the lockfile has Dependency, which package.json does not ask for.
	DependencyLeft
)

// compareNoted is how managers compare that note what was asked for. Where same says no, or only one side has a dependency, they refuse.
func compareNoted(asks Requested, noted map[string]string, same func(asked, noted string) bool) *Difference {
	asked := asks.Installed()

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		was, ok := noted[name]

		switch {
		case asks.replaces(name):
		case !ok:
			return &Difference{Kind: DependencyMissing, Dependency: name, Asked: asked[name]}
		case !same(asked[name], was):
			return &Difference{Kind: RangeDiffers, Dependency: name, Locked: was, Asked: asked[name]}
		}
	}

	for _, name := range slices.Sorted(maps.Keys(noted)) {
		if !lo.HasKey(asked, name) && !lo.HasKey(asks.PeerDependencies, name) {
			return &Difference{Kind: DependencyLeft, Dependency: name, Locked: noted[name]}
		}
	}

	return nil
}
