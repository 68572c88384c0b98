package project

import (
	"io/fs"
	"regexp"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// comments matches comments, and some strings that look like them. The slashes of a URL are none, as they follow a colon.
var comments = regexp.MustCompile(`(?s)/\*.*?\*/|(^|[^:])//[^\n]*`)

// ReadConfig returns the text of a configuration in JavaScript or TypeScript, without its comments; empty where there is none. name has no extension.
func ReadConfig(files fs.FS, name string) string {
	for _, extension := range []string{".ts", ".mts", ".cts", ".mjs", ".cjs", ".js"} {
		if content, err := source.Read(files, name+extension); err == nil {
			return comments.ReplaceAllString(string(content), "$1")
		}
	}

	return ""
}
