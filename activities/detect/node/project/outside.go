package project

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// checkOutside refuses a dependency on what the build does not see: a directory outside of the repository, and a package of a workspace that the app is not
// part of.
func (p *Project) checkOutside() error {
	for _, known := range p.packages() {
		asked := known.Manifest.Installed()
		file := path.Join(known.Directory, packagejson.FileName)

		for _, name := range slices.Sorted(maps.Keys(asked)) {
			if local, ok := localPath(asked[name]); ok && strings.HasPrefix(path.Join(p.top, known.Directory, local), "..") {
				return problem.New(problem.Invalid, "%s depends on %s by %q, which leads out of the repository. Commit it inside, or take it from a registry.",
					file, name, asked[name])
			}

			// In a workspace it is the manager's to judge.
			if local, ok := localPath(asked[name]); ok && p.installedApart && !p.holds(known, local) {
				return problem.New(problem.Invalid, "%s depends on %s by %q, and the repository has no %s. Commit it, or remove the dependency.",
					file, name, asked[name], path.Join(p.top, known.Directory, local))
			}

			if strings.HasPrefix(asked[name], workspaceProtocol) {
				if err := p.checkMember(file, name, asked[name]); err != nil {
					return err
				}
			}
		}
	}

	return nil
}

// holds tells whether there is what a package depends on beside it. What is below it may be there later.
func (p *Project) holds(known packagejson.Package, local string) bool {
	name := path.Join(known.Directory, local)
	_, err := fs.Stat(p.topFiles, name)

	return err == nil || isBelow(known.Directory, name)
}

// workspaceProtocol begins the range of a dependency that is to be a package of the same workspace.
const workspaceProtocol = "workspace:"

// checkMember refuses a dependency on a package of the workspace that has none of that name, or no workspace.
func (p *Project) checkMember(file, name, asked string) error {
	isKnown := lo.SomeBy(p.packages(), func(known packagejson.Package) bool { return known.Manifest.Name == name })
	// An alias or a path names the package itself.
	if !isKnown && !strings.ContainsAny(strings.TrimPrefix(asked, workspaceProtocol), "@/") {
		return problem.New(problem.Invalid, "%s depends on %s by %q, and there is no workspace that has both. Name the directories of both in workspaces of "+
			"package.json at the top of the repository (with pnpm: in packages of %s), and commit the lockfile.", file, name, asked, packagejson.PNPMWorkspace)
	}

	manager := p.Manager.Name
	if manager == packagemanager.Yarn {
		manager = "Yarn 1"
	}

	if p.Manager.Name == packagemanager.NPM || p.Manager.Name == packagemanager.Yarn && !p.Manager.Berry {
		return problem.New(problem.Invalid, "%s depends on %s by %q, which %s does not know. Commit the lockfile of the package manager that you use; with %s "+
			"write \"*\" in its place.", file, name, asked, manager, manager)
	}

	return nil
}

// isBelow tells whether a path of the repository is inside of a directory.
func isBelow(directory, name string) bool {
	return directory == "." || name == directory || strings.HasPrefix(name, directory+"/")
}
