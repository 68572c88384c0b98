package detect

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// nodeProject is an app with a package.json: what is known of it and of the workspace that it is part of.
type nodeProject struct {
	app      workspacePackage
	appFiles fs.FS
	// top is where the dependencies are installed, relative to the repository: the app's directory, or that of the workspace above it.
	top string
	// files are those of the top; its package.json is root.
	files fs.FS
	root  manifest
	// members are the packages of the workspace, the app among them; empty where there is none.
	members []workspacePackage
	manager packageManager
	lock    nodeLock
	node    nodeVersion
	ignore  ignoreRules

	settings Settings
}

// place is a directory whose files say something about the app.
type place struct {
	files    fs.FS
	manifest manifest
}

// openNode reads all of an app that has a package.json. Its errors are the user's.
func openNode(app source, settings Settings, read manifest) (*nodeProject, error) {
	top, directory, err := workspaceTop(app.repository, app.directory)
	if err != nil {
		return nil, err
	}

	project := &nodeProject{top: top, app: workspacePackage{directory: directory, manifest: read}, appFiles: app.FS, settings: settings}

	if err := project.leaveWorkspace(app.repository); err != nil {
		return nil, err
	}

	if project.files, err = fs.Sub(app.repository, project.top); err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}

	if project.root, _, err = readManifest(project.files, "."); err != nil {
		return nil, err
	}

	if project.members, err = workspacePackages(project.files); err != nil {
		return nil, err
	}

	if project.manager, err = chooseManager(project.files, project.root); err != nil {
		return nil, err
	}

	if project.ignore, err = readIgnoreRules(project.files); err != nil {
		return nil, err
	}

	if project.manager.lockfile != "" {
		if project.lock, err = readLock(project.files, project.manager.lockfile, project.manager.plainInstall()); err != nil {
			return nil, err
		}
	}

	if project.manager.version == "" {
		project.manager.version = project.manager.defaultVersion(project.lock.Format)
	}

	if err := checkLock(project); err != nil {
		return nil, err
	}

	if err := project.checkIgnored(); err != nil {
		return nil, err
	}

	project.node, err = chooseNode(project, settings.BaseImages[runtimeNode])

	return project, err
}

// leaveWorkspace decides about an app that has a lockfile of its own: where the workspace has none, the app stands alone.
func (p *nodeProject) leaveWorkspace(repository fs.FS) error {
	own := lockfilesOf(p.appFiles)
	if p.app.directory == "." || len(own) == 0 {
		return nil
	}

	top, err := fs.Sub(repository, p.top)
	if err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}

	if shared := lockfilesOf(top); len(shared) > 0 {
		return problem.New(problem.Invalid, "%s has %s, and the workspace that it is part of has %s. Delete the first: the workspace's is used.",
			p.app.directory, strings.Join(own, " and "), strings.Join(shared, " and "))
	}

	p.top, p.app.directory = path.Join(p.top, p.app.directory), "."

	return nil
}

// places are the app's directory and, where that is another, the top of its workspace.
func (p *nodeProject) places() []place {
	places := []place{{p.appFiles, p.app.manifest}}
	if p.app.directory != "." {
		places = append(places, place{p.files, p.root})
	}

	return places
}

// packages are all whose dependencies are installed: the top and what its workspace has.
func (p *nodeProject) packages() []workspacePackage {
	return append([]workspacePackage{{directory: ".", manifest: p.root}}, p.members...)
}

// context is Plan.Context.
func (p *nodeProject) context() string {
	if p.app.directory == "." {
		return ""
	}

	return p.top
}

// inApp is where a file of the app stands in the image.
func (p *nodeProject) inApp(elements ...string) string {
	return path.Join(append([]string{workDirectory, p.app.directory}, elements...)...)
}

// plan begins the plan of a framework, with what all have in common.
func (p *nodeProject) plan(framework string) Plan {
	port := p.settings.Port
	if port == 0 {
		port = DefaultPort
	}

	versions := map[string]string{"node": p.node.version}
	if p.manager.version != "" {
		versions[p.manager.name] = p.manager.version
	}

	return Plan{
		Framework: framework, Versions: versions, Port: port, Context: p.context(), Dockerignore: p.dockerignore(),
		Arguments: []string{}, Secrets: []string{}, Missing: p.missing(),
	}
}

// nodeReason says which Node it is, and why.
func (p *nodeProject) nodeReason() string {
	return fmt.Sprintf("Node %s: %s.", p.node.version, p.node.because)
}

func (p *nodeProject) missing() map[string]string {
	return p.settings.BaseImages[runtimeNode].missing(p.node.version, p.nodeReason())
}

// reason ends the sentences about a framework with those about versions and manager.
func (p *nodeProject) reason(found string) string {
	sentences := []string{found}

	if p.app.directory != "." {
		sentences = append(sentences, fmt.Sprintf("It is part of the workspace %s, where its dependencies are installed.",
			lo.Ternary(p.top == ".", "at the top of the repository", "in "+p.top)))
	}

	sentences = append(sentences, p.nodeReason())

	locked := fmt.Sprintf("%s: %s.", p.manager.displayName(), p.manager.because)

	switch p.manager.lockfile {
	case "":
		sentences = append(sentences, fmt.Sprintf("There is no lockfile, so %s chooses the versions of the dependencies anew when they are installed, "+
			"and builds are not repeatable: run %s and commit the lockfile.", p.manager.name, p.manager.plainInstall()))
	case bunBinaryLock:
		sentences = append(sentences, locked, bunBinaryLock+" is bun's old lockfile, which bun alone can read, so that it is not known which dependencies need a "+
			"compiler: run bun install --save-text-lockfile --frozen-lockfile --lockfile-only, and commit bun.lock in its place.")
	default:
		sentences = append(sentences, locked)
	}

	return strings.Join(sentences, " ")
}

// versionOf returns the version of a dependency of the app: the locked one, else what is asked for.
func (p *nodeProject) versionOf(name string) string {
	asked := p.app.manifest.installed()[name]

	if version := p.lock.versionOf(p.app.directory, name, asked); version != "" {
		return version
	}

	return strings.TrimLeft(asked, "^~>=v ")
}

// script returns one of the app's scripts; empty where it has none of that name.
func (p *nodeProject) script(name string) string {
	return strings.TrimSpace(p.app.manifest.Scripts[name])
}
