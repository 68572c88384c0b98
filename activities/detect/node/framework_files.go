package node

import (
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// isApp tells whether the top of a workspace is itself an app of a framework: whether there are files of the framework, by their patterns.
func isApp(tree source.Tree, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return source.Exists(tree, pattern) })
}
