package project

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

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
