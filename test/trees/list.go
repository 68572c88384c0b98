package main

import (
	"cmp"
	"slices"
)

// trees are all, by their numbers. The registry of a machine that makes its base images by itself lacks those of versions that no table names.
func trees(publicRegistry bool) []tree {
	all := slices.Concat(versionTrees(publicRegistry), managerTrees(), startTrees(), siteTrees(), frameworkTrees(), fileTrees(), dockerfileTrees())

	return slices.SortedFunc(slices.Values(all), func(a, b tree) int { return cmp.Compare(a.name, b.name) })
}
