package project

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// leaveWorkspace takes an app with a lockfile of its own out of its workspace. A lockfile of the workspace beside that is an error.
func (p *Project) leaveWorkspace(repository fs.FS) error {
	own := packagemanager.LockfilesOf(p.appFiles)
	if !p.InWorkspace() || len(own) == 0 {
		return nil
	}

	top, err := fs.Sub(repository, p.top)
	if err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}

	if shared := packagemanager.LockfilesOf(top); len(shared) > 0 {
		return problem.New(problem.Invalid, "%s has %s, and the workspace that it is part of has %s. Delete the first: the workspace's is used.",
			p.App.Directory, strings.Join(own, " and "), strings.Join(shared, " and "))
	}

	p.top, p.App.Directory = path.Join(p.top, p.App.Directory), "."

	return nil
}

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
