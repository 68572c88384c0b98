package project

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/nx"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// Project is what is known of an app with a package.json, and of the workspace that it is part of.
type Project struct {
	// App is the app's package. Its directory is "." for an app that is part of no workspace.
	App     packagejson.Package
	Manager packagemanager.Manager
	Node    Version

	settings buildplan.Settings
	appFiles fs.FS
	// scripts resolves the app's scripts, and buildScript is the name of the one that builds it.
	scripts     npmscript.Resolver
	buildScript string
	// byNX says that Nx builds the app, which has no build script of its own.
	byNX bool
	// top is the directory of the repository in which the dependencies are installed: that of the workspace, or the app's.
	top string
	// topFiles are the files below top, and root is the package.json there.
	topFiles fs.FS
	root     packagejson.Manifest
	// members are the packages of the workspace, the app among them; empty for an app that is part of no workspace.
	members []packagejson.Package
	lock    lockfile.NodeLock
	// lockPerPackage says that each package of the workspace has a lockfile. lock is the app's then.
	lockPerPackage bool
	// installedApart is InstalledApart.
	installedApart bool
	// inherited is what the workspace that the app was taken out of names as packageManager; empty where that says nothing of the app's manager.
	inherited string
	// unused is a sentence about the app's lockfile that the workspace's takes the place of; empty where there is none.
	unused string
	ignore source.IgnoreRules
}

// Open reads the app in the root directory, whose package.json is manifest, and checks what would keep its dependencies from being installed. Its errors
// are the user's.
func Open(tree source.Tree, settings buildplan.Settings, manifest packagejson.Manifest) (*Project, error) {
	top, directory, byNX, err := topOf(tree)
	if err != nil {
		return nil, err
	}

	project := &Project{top: top, App: packagejson.Package{Directory: directory, Manifest: manifest}, appFiles: tree.FS, settings: settings}
	project.scripts = Scripts(tree, manifest)
	project.buildScript = BuildScript(manifest, project.scripts)
	project.byNX = byNX

	if err := project.leaveWorkspace(tree.Repository); err != nil {
		return nil, err
	}

	if err := project.takeBeside(tree.Repository); err != nil {
		return nil, err
	}

	if project.topFiles, err = fs.Sub(tree.Repository, project.top); err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}

	if err := project.readWorkspace(); err != nil {
		return nil, err
	}

	if project.ignore, err = source.ReadIgnoreRules(project.topFiles); err != nil {
		return nil, err
	}

	for _, check := range []func() error{project.chooseManager, project.checkLock, project.checkSSH, project.checkIgnored} {
		if err := check(); err != nil {
			return nil, err
		}
	}

	project.Node, err = project.chooseVersion(settings.BaseImages[buildplan.RuntimeNode])

	return project, err
}

// readWorkspace reads the package.json at the top, and the packages of the workspace. What stands at the top of an app that is installed apart is none of its
// own.
func (p *Project) readWorkspace() (err error) {
	if p.installedApart {
		return nil
	}

	if p.root, _, err = packagejson.Read(p.topFiles, "."); err != nil {
		return err
	}

	p.members, err = packagejson.WorkspacePackages(p.topFiles)

	return err
}

// topOf returns the directory in which the dependencies are installed, the app's directory in there, and whether Nx builds the app.
func topOf(tree source.Tree) (top, directory string, byNX bool, err error) {
	top, directory, err = packagejson.WorkspaceTop(tree.Repository, tree.Directory)
	if err != nil {
		return "", "", false, err
	}

	own, _, err := packagejson.Read(tree, ".")
	if err != nil {
		return "", "", false, err
	}

	_, byNX = nx.Read(tree, own)
	if byNX && directory == "." {
		top, directory, _ = nx.Top(tree.Repository, tree.Directory)
	}

	return top, directory, byNX, nil
}

// InApp is the path in the image of something below the app's directory.
func (p *Project) InApp(elements ...string) string {
	return path.Join(append([]string{packagemanager.WorkDirectory, p.App.Directory}, elements...)...)
}

// VersionOf returns the version of a dependency of the app: the locked one, else one from the range that package.json asks for.
func (p *Project) VersionOf(name string) string {
	asked := p.App.Manifest.Installed()[name]

	if version := p.lock.VersionOf(p.lockDirectory(), name, asked); version != "" {
		return version
	}

	return strings.TrimLeft(asked, "^~>=v ")
}

// Script returns a script of the app's package.json; empty where there is none of that name.
func (p *Project) Script(name string) string {
	return strings.TrimSpace(p.App.Manifest.Scripts[name])
}
