package project

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// localPath returns the file or directory, relative to a package, that it depends on by such a range; false for what comes from elsewhere.
func localPath(asked string) (string, bool) {
	for _, protocol := range []string{"file:", "link:", "portal:"} {
		if local, ok := strings.CutPrefix(asked, protocol); ok && !path.IsAbs(local) {
			return local, true
		}
	}

	return "", false
}

// takeBeside moves the top of what is built up to the directory that holds both the app and the directories beside it that it depends on, such as
// file:../shared. An app of a workspace has what it needs there.
func (p *Project) takeBeside(repository fs.FS) error {
	app := path.Clean(p.top)
	found := besides{repository: repository, app: app, top: app, manifests: map[string]packagejson.Manifest{}}

	if p.InWorkspace() {
		return nil
	}

	if err := found.visit(app, p.App.Manifest); err != nil || found.top == app {
		return err
	}

	p.top, p.installedApart, p.App.Directory = found.top, true, found.inside(app)

	for _, directory := range slices.Sorted(maps.Keys(found.manifests)) {
		if source.IsFile(repository, path.Join(directory, packagejson.FileName)) {
			p.members = append(p.members, packagejson.Package{Directory: found.inside(directory), Manifest: found.manifests[directory]})
		}
	}

	p.members = append(p.members, p.App)

	return nil
}

// besides are the directories beside an app that it depends on, directly or through others.
type besides struct {
	repository fs.FS
	// app is the app's directory, and top is one that holds it and all that was found. Both are relative to the top of the repository.
	app, top string
	// manifests are the package.json files by their directories; empty ones for directories and archives that have none.
	manifests map[string]packagejson.Manifest
}

// visit looks for what the package in a directory depends on.
func (b *besides) visit(directory string, manifest packagejson.Manifest) error {
	asked := manifest.Installed()

	for _, name := range slices.Sorted(maps.Keys(asked)) {
		local, ok := localPath(asked[name])
		beside := path.Join(directory, local)

		if _, known := b.manifests[beside]; !ok || known || isBelow(b.app, beside) || strings.HasPrefix(beside, "..") {
			continue
		}

		for !isBelow(b.top, beside) {
			b.top = path.Dir(b.top)
		}

		read, _, err := packagejson.Read(b.repository, beside)
		if err != nil && source.IsDirectory(b.repository, beside) {
			return err
		}

		b.manifests[beside] = read

		if err := b.visit(beside, read); err != nil {
			return err
		}
	}

	return nil
}

// inside is a directory relative to the top.
func (b *besides) inside(directory string) string {
	if b.top == "." {
		return directory
	}

	return strings.TrimPrefix(directory, b.top+"/")
}

// InstalledApart tells whether the dependencies are installed in the app's own directory, though what is built holds directories beside it.
func (p *Project) InstalledApart() bool { return p.installedApart }

// installDirectory is where the dependencies are installed, relative to the top.
func (p *Project) installDirectory() string {
	if p.installedApart {
		return p.App.Directory
	}

	return "."
}

// managerFiles are the files below installDirectory.
func (p *Project) managerFiles() fs.FS {
	if p.installedApart {
		return p.appFiles
	}

	return p.topFiles
}

// inInstallDirectory is a command that is run where the dependencies are installed. It stands at the top.
func (p *Project) inInstallDirectory(command string) string {
	if directory := p.installDirectory(); directory != "." && command != "" {
		return "cd " + directory + " && " + command
	}

	return command
}

// installBeside are the commands that install the dependencies of the directories beside the app, one after the other and each with an end that goes on. Node
// looks for them there, where no manager installs them for the app.
func (p *Project) installBeside() string {
	commands := &strings.Builder{}

	for _, known := range p.members {
		if !p.installedApart || known.Directory == p.App.Directory || len(known.Manifest.Installed()) == 0 {
			continue
		}

		manager := p.Manager
		if manager.Lockfile = path.Base(manager.Lockfile); !source.IsFile(p.topFiles, path.Join(known.Directory, manager.Lockfile)) {
			manager.Lockfile = ""
		}

		_, _ = fmt.Fprintf(commands, "(cd %s && %s) && ", known.Directory, manager.Install())
	}

	return commands.String()
}

// whereReason is a sentence of the plan's Reason about where the app stands.
func (p *Project) whereReason() string {
	where := "at the top of the repository"
	if p.top != "." {
		where = "in " + p.top
	}

	if p.installedApart {
		return fmt.Sprintf("It depends on directories beside it, so that it is built together with all that is %s.", where)
	}

	return fmt.Sprintf("It is part of the workspace %s, where its dependencies are installed.", where)
}

// releaseBelowTop has the path of the Yarn that the source brings begin at the top.
func (p *Project) releaseBelowTop(manager packagemanager.Manager) packagemanager.Manager {
	if manager.Release != "" {
		manager.Release = path.Join(p.installDirectory(), manager.Release)
	}

	return manager
}
