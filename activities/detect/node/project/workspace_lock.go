package project

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// leaveWorkspace decides what an app with a lockfile of its own means by that, where it is part of a workspace. pnpm may be told to keep a lockfile in each
// package: then both hold. Where the workspace has a lockfile, its manager uses that alone. Else the app is taken out of the workspace.
func (p *Project) leaveWorkspace(repository fs.FS) error {
	own := packagemanager.LockfilesOf(p.appFiles)
	if !p.InWorkspace() || len(own) == 0 {
		return nil
	}

	top, err := fs.Sub(repository, p.top)
	if err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}

	if lockfilePerPackage(top) && source.IsFile(p.appFiles, lockfile.PNPMName) {
		p.lockPerPackage = true

		return nil
	}

	if shared := packagemanager.LockfilesOf(top); len(shared) > 0 {
		p.unused = fmt.Sprintf("%s is not used, as the workspace has %s.", path.Join(p.App.Directory, own[0]), strings.Join(shared, " and "))

		return nil
	}

	above, _, err := packagejson.Read(top, ".")
	if err != nil {
		return err
	}

	// The packageManager of the workspace holds for a package that names none, unless the lockfile beside the package is of another manager.
	if p.App.Manifest.PackageManager == "" && packagemanager.Locks(p.appFiles, above.PackageManager) {
		p.inherited = above.PackageManager
	}

	p.top, p.App.Directory = path.Join(p.top, p.App.Directory), "."

	return nil
}

var notShared = regexp.MustCompile(`(?m)^\s*shared-workspace-lockfile\s*=\s*false\b`)

// lockfilePerPackage tells whether pnpm's settings ask for a lockfile in each package of the workspace.
func lockfilePerPackage(top fs.FS) bool {
	shared, ok := pnpmSettings(top)["sharedWorkspaceLockfile"].(bool)

	return ok && !shared || notShared.MatchString(textOf(top, ".npmrc"))
}

// pnpmSettings are all that pnpm-workspace.yaml has.
func pnpmSettings(top fs.FS) map[string]any {
	settings := map[string]any{}
	_ = yaml.Unmarshal([]byte(textOf(top, packagejson.PNPMWorkspace)), &settings) // It is valid: the workspace's packages are read from it, with an error.

	return settings
}

// hasPNPMSettings tells whether pnpm-workspace.yaml has settings besides those that pnpm 9 knows.
func (p *Project) hasPNPMSettings() bool {
	settings := pnpmSettings(p.managerFiles())
	for _, known := range []string{"packages", "catalog", "catalogs"} {
		delete(settings, known)
	}

	return len(settings) > 0
}

// chooseManager chooses the package manager and reads its lockfile. Its errors are the user's.
func (p *Project) chooseManager() error {
	files, root := p.managerFiles(), p.root
	if p.lockPerPackage {
		files = p.appFiles
	}

	if p.installedApart {
		root = p.App.Manifest
	}

	root.PackageManager = cmp.Or(root.PackageManager, p.inherited)

	var err error
	if p.Manager, err = packagemanager.Choose(files, root); err != nil {
		return err
	}

	if p.Manager.Lockfile != "" {
		if p.lock, err = readLock(files, p.Manager.Lockfile, p.Manager.PlainInstall()); err != nil {
			return err
		}
	}

	if p.lockPerPackage || p.installedApart && p.Manager.Lockfile != "" {
		p.Manager.Lockfile = path.Join(p.App.Directory, p.Manager.Lockfile)
	}

	p.Manager = p.Manager.ChooseVersion(packagemanager.Source{
		Files: files, Root: root, LockFormat: p.lock.Format, Settings: p.lock.Several || p.hasPNPMSettings(),
		EngineStrict: engineStrict.MatchString(textOf(files, ".npmrc")),
	})
	p.Manager = p.releaseBelowTop(p.Manager)

	return nil
}

// lockDirectory is the app's directory, as the lockfile has it.
func (p *Project) lockDirectory() string {
	if p.lockPerPackage || p.installedApart {
		return "."
	}

	return p.App.Directory
}
