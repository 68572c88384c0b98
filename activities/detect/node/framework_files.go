package node

import (
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// isApp tells whether a framework's files stand there, beside those of a workspace.
func isApp(tree source.Tree, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return source.Exists(tree, pattern) })
}
