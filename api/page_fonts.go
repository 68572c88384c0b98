package api

import (
	"fmt"
	"io/fs"
	"strings"
)

// fontFaces is the style that gives the pages of the API the dashboard's typeface, so that going from one to the other changes nothing. Where the binary
// was built without the dashboard it is empty, and the pages take the system's.
func fontFaces(dashboard fs.FS) string {
	if dashboard == nil {
		return ""
	}

	var style strings.Builder

	for _, face := range []struct{ family, file string }{
		{"Geist Variable", "geist-latin-wght-normal-*.woff2"}, {"Geist Mono Variable", "geist-mono-latin-wght-normal-*.woff2"},
	} {
		files, _ := fs.Glob(dashboard, staticAssets+face.file) // It fails for patterns that are none.
		for _, found := range files {
			fmt.Fprintf(&style, "@font-face { font-family: %q; src: url(/%s) format(\"woff2\"); font-weight: 100 900; font-display: swap }\n", face.family, found)
		}
	}

	return style.String()
}
