// Package web has the dashboard: a single-page app that browsers run and that stands on /v1 alone. Vite builds it from src into dist, which becomes part
// of the binary.
package web

import (
	"embed"
	"io/fs"
)

// dist is empty, but for a file that git keeps it by, where the dashboard was not built before the binary was.
//
//go:embed all:dist
var dist embed.FS

// Files returns the files of the built dashboard, of which index.html is the page. It returns nothing where the binary was built without it.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil
	}

	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil
	}

	return files
}
