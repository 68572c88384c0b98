package project

import (
	"regexp"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// comments are not told from strings that look like them: a URL's slashes follow a colon.
var comments = regexp.MustCompile(`(?s)/\*.*?\*/|(^|[^:])//[^\n]*`)

// ReadConfig returns a JavaScript or TypeScript configuration without its comments; empty where there is none.
func ReadConfig(tree source.Tree, name string) string {
	for _, extension := range []string{".ts", ".mts", ".cts", ".mjs", ".cjs", ".js"} {
		if content, err := source.Read(tree, name+extension); err == nil {
			return comments.ReplaceAllString(string(content), "$1")
		}
	}

	return ""
}
