package main

import (
	"cmp"
	"slices"
)

// trees are all, by their numbers. A machine that reaches no public servers makes its base images by itself, and not those of versions that no table names;
// of the sources of dependencies it has package registries alone.
func trees(publicServers bool) []tree {
	all := slices.Concat(versionTrees(publicServers), managerTrees(publicServers), startTrees(), siteTrees(), frameworkTrees(), fileTrees(), dockerfileTrees())

	return slices.SortedFunc(slices.Values(all), func(a, b tree) int { return cmp.Compare(a.name, b.name) })
}
