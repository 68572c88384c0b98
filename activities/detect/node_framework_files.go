package detect

import "slices"

// isApp tells whether a framework's files stand there, beside those of a workspace.
func isApp(app source, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return exists(app, pattern) })
}
