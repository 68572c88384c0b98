package project

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Project is an app with a package.json: what is known of it and of the workspace that it is part of.
type Project struct {
	App      packagejson.Package
	appFiles fs.FS
	// top is where the dependencies are installed, relative to the repository: the app's directory, or that of the workspace above it.
	top string
	// files are those of the top; its package.json is root.
	files fs.FS
	root  packagejson.Manifest
	// members are the packages of the workspace, the app among them; empty where there is none.
	members []packagejson.Package
	Manager packagemanager.Manager
	lock    lockfile.NodeLock
	Node    Version
	ignore  source.IgnoreRules

	settings buildplan.Settings
}

// place is a directory whose files say something about the app.
type place struct {
	files    fs.FS
	manifest packagejson.Manifest
}

// Open reads all of an app that has a package.json. Its errors are the user's.
func Open(tree source.Tree, settings buildplan.Settings, read packagejson.Manifest) (*Project, error) {
	top, directory, err := packagejson.WorkspaceTop(tree.Repository, tree.Directory)
	if err != nil {
		return nil, err
	}

	project := &Project{top: top, App: packagejson.Package{Directory: directory, Manifest: read}, appFiles: tree.FS, settings: settings}

	if err := project.leaveWorkspace(tree.Repository); err != nil {
		return nil, err
	}

	if project.files, err = fs.Sub(tree.Repository, project.top); err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}

	if project.root, _, err = packagejson.Read(project.files, "."); err != nil {
		return nil, err
	}

	if project.members, err = packagejson.WorkspacePackages(project.files); err != nil {
		return nil, err
	}

	if project.Manager, err = packagemanager.Choose(project.files, project.root); err != nil {
		return nil, err
	}

	if project.ignore, err = source.ReadIgnoreRules(project.files); err != nil {
		return nil, err
	}

	if project.Manager.Lockfile != "" {
		if project.lock, err = readLock(project.files, project.Manager.Lockfile, project.Manager.PlainInstall()); err != nil {
			return nil, err
		}
	}

	if project.Manager.Version == "" {
		project.Manager.Version = project.Manager.DefaultVersion(project.lock.Format)
	}

	if err := checkLock(project); err != nil {
		return nil, err
	}

	if err := project.checkIgnored(); err != nil {
		return nil, err
	}

	project.Node, err = chooseVersion(project, settings.BaseImages[buildplan.RuntimeNode])

	return project, err
}

// leaveWorkspace decides about an app that has a lockfile of its own: where the workspace has none, the app stands alone.
func (p *Project) leaveWorkspace(repository fs.FS) error {
	own := packagemanager.LockfilesOf(p.appFiles)
	if p.App.Directory == "." || len(own) == 0 {
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

// places are the app's directory and, where that is another, the top of its workspace.
func (p *Project) places() []place {
	places := []place{{p.appFiles, p.App.Manifest}}
	if p.App.Directory != "." {
		places = append(places, place{p.files, p.root})
	}

	return places
}

// packages are all whose dependencies are installed: the top and what its workspace has.
func (p *Project) packages() []packagejson.Package {
	return append([]packagejson.Package{{Directory: ".", Manifest: p.root}}, p.members...)
}

// context is Plan.Context.
func (p *Project) context() string {
	if p.App.Directory == "." {
		return ""
	}

	return p.top
}

// InApp is where a file of the app stands in the image.
func (p *Project) InApp(elements ...string) string {
	return path.Join(append([]string{packagemanager.WorkDirectory, p.App.Directory}, elements...)...)
}

// Plan begins the plan of a framework, with what all have in common.
func (p *Project) Plan(framework string) buildplan.Plan {
	port := p.settings.Port
	if port == 0 {
		port = buildplan.DefaultPort
	}

	versions := map[string]string{"node": p.Node.Line}
	if p.Manager.Version != "" {
		versions[p.Manager.Name] = p.Manager.Version
	}

	return buildplan.Plan{
		Framework: framework, Versions: versions, Port: port, Context: p.context(), Dockerignore: p.generatedDockerignore(),
		Arguments: []string{}, Secrets: []string{}, Missing: p.Missing(),
	}
}

// NodeReason says which Node it is, and why.
func (p *Project) NodeReason() string {
	return fmt.Sprintf("Node %s: %s.", p.Node.Line, p.Node.Because)
}

func (p *Project) Missing() map[string]string {
	return p.settings.BaseImages[buildplan.RuntimeNode].Missing(p.Node.Line, p.NodeReason())
}

// Reason ends the sentences about a framework with those about versions and manager.
func (p *Project) Reason(found string) string {
	sentences := []string{found}

	if p.App.Directory != "." {
		sentences = append(sentences, fmt.Sprintf("It is part of the workspace %s, where its dependencies are installed.",
			lo.Ternary(p.top == ".", "at the top of the repository", "in "+p.top)))
	}

	sentences = append(sentences, p.NodeReason())

	locked := fmt.Sprintf("%s: %s.", p.Manager.DisplayName(), p.Manager.Because)

	switch p.Manager.Lockfile {
	case "":
		sentences = append(sentences, fmt.Sprintf("There is no lockfile, so %s chooses the versions of the dependencies anew when they are installed, "+
			"and builds are not repeatable: run %s and commit the lockfile.", p.Manager.Name, p.Manager.PlainInstall()))
	case lockfile.BunBinaryName:
		sentences = append(sentences, locked, lockfile.BunBinaryName+" is bun's old lockfile, which bun alone can read, so that it is not known which dependencies need a "+
			"compiler: run bun install --save-text-lockfile --frozen-lockfile --lockfile-only, and commit bun.lock in its place.")
	default:
		sentences = append(sentences, locked)
	}

	return strings.Join(sentences, " ")
}

// VersionOf returns the version of a dependency of the app: the locked one, else what is asked for.
func (p *Project) VersionOf(name string) string {
	asked := p.App.Manifest.Installed()[name]

	if version := p.lock.VersionOf(p.App.Directory, name, asked); version != "" {
		return version
	}

	return strings.TrimLeft(asked, "^~>=v ")
}

// Script returns one of the app's scripts; empty where it has none of that name.
func (p *Project) Script(name string) string {
	return strings.TrimSpace(p.App.Manifest.Scripts[name])
}
