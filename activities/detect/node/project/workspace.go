package project

import (
	"io/fs"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
)

// InWorkspace tells whether the app is part of a workspace above it.
func (p *Project) InWorkspace() bool { return p.App.Directory != "." }

// place is a directory whose files say something about the app.
type place struct {
	files    fs.FS
	manifest packagejson.Manifest
}

// places are the app's directory and, behind it, the top of its workspace.
func (p *Project) places() []place {
	places := []place{{p.appFiles, p.App.Manifest}}
	if p.InWorkspace() {
		places = append(places, place{p.topFiles, p.root})
	}

	return places
}

// packages are all packages whose dependencies are installed: the top, and those of its workspace.
func (p *Project) packages() []packagejson.Package {
	return append([]packagejson.Package{{Directory: ".", Manifest: p.root}}, p.members...)
}
