// Package site has the documentation as a site: pages that VitePress makes of docs/ and of the API's description. They become part of the binary.
package site

import (
	"embed"
	"io/fs"
)

// dist is empty, but for a file that git keeps it by, where the site was not built before the binary was.
//
//go:embed all:dist
var dist embed.FS

// Files returns the files of the built site. It returns nothing where the binary was built without it.
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
