package lockfile

import (
	"maps"
	"slices"

	"github.com/samber/lo"
)

// Difference is a disagreement of a lockfile with a package.json, for which a package manager refuses to install exactly what is locked.
type Difference struct {
	Kind DifferenceKind
	// Dependency is the name of the dependency that it is about; empty for PackageMissing.
	Dependency string
	// Locked is the range that the lockfile was made for; for VersionUnfit it is the version that the lockfile has.
	Locked string
	// Asked is the range that package.json asks for.
	Asked string
}

// DifferenceKind says in what the two disagree.
type DifferenceKind int

const (
	// PackageMissing says that the lockfile knows nothing of the package that the package.json describes.
	PackageMissing DifferenceKind = iota
	// DependencyMissing says that the lockfile does not have Dependency.
	DependencyMissing
	// RangeMissing says that the lockfile does not have Dependency for the range Asked.
	RangeMissing
	// RangeDiffers says that the lockfile was made when package.json asked for Dependency as Locked.
	RangeDiffers
	// VersionUnfit says that the version Locked of Dependency is not in the range Asked.
	VersionUnfit
	// DependencyLeft says that the lockfile has Dependency, which package.json does not ask for any more.
	DependencyLeft
)

// compareNoted compares as those managers do whose lockfiles note the ranges that were asked for: both sides must have the same dependencies, and
// same must accept each pair of ranges.
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
