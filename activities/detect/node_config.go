package detect

import "regexp"

// comments are not told from strings that look like them: a URL's slashes follow a colon.
var comments = regexp.MustCompile(`(?s)/\*.*?\*/|(^|[^:])//[^\n]*`)

// readConfig returns a JavaScript or TypeScript configuration without its comments; empty where there is none.
func readConfig(app source, name string) string {
	for _, extension := range []string{".ts", ".mts", ".cts", ".mjs", ".cjs", ".js"} {
		if content, err := readBounded(app, name+extension); err == nil {
			return comments.ReplaceAllString(string(content), "$1")
		}
	}

	return ""
}
