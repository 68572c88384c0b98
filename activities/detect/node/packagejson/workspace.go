package packagejson

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// maxWorkspaceEntries bounds how many files and directories are looked at in search of a workspace's packages.
const maxWorkspaceEntries = 200_000

// Package is a package of a workspace.
type Package struct {
	// Directory is relative to the top of the workspace, with slashes; "." for the top.
	Directory string
	Manifest  Manifest
}

// WorkspaceTop looks above an app's directory for the workspace that the app is part of: npm, Yarn and bun name the packages in package.json, pnpm in
// pnpm-workspace.yaml. It returns the directory of the workspace, and the app's directory in there. Without a workspace these are the app's
// directory and ".".
func WorkspaceTop(repository fs.FS, directory string) (top, app string, err error) {
	for top = directory; top != "."; {
		top = path.Dir(top)

		app = directory
		if top != "." {
			app = strings.TrimPrefix(directory, top+"/")
		}

		patterns, err := workspacePatterns(repository, top)
		if err != nil {
			return "", "", err
		}

		if matchesWorkspace(patterns, app) {
			return top, app, nil
		}
	}

	return directory, ".", nil
}

// WorkspacePackages returns the packages of the workspace whose top has those files, in the order of their directories, without the top itself.
func WorkspacePackages(files fs.FS) ([]Package, error) {
	patterns, err := workspacePatterns(files, ".")
	if err != nil || len(patterns) == 0 {
		return nil, err
	}

	packages, seen := []Package{}, 0

	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if seen++; seen > maxWorkspaceEntries {
			return fs.SkipAll
		}

		switch {
		case err != nil:
			// A directory that cannot be read has no packages.
			return fs.SkipDir
		case entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && name != "."):
			return fs.SkipDir
		case entry.Name() != FileName || name == FileName || !matchesWorkspace(patterns, path.Dir(name)):
			return nil
		}

		read, ok, err := Read(files, path.Dir(name))
		if ok {
			packages = append(packages, Package{Directory: path.Dir(name), Manifest: read})
		}

		return err
	})

	return packages, err
}

// NeededBy returns the packages of the workspace that the app depends on, directly or through others. A package comes after those that it depends on.
func NeededBy(app Package, packages []Package) []Package {
	byName := lo.KeyBy(packages, func(known Package) string { return known.Manifest.Name })
	needed, visited := []Package{}, map[string]bool{app.Directory: true}

	var visit func(asking Package)

	visit = func(asking Package) {
		names := lo.Keys(asking.Manifest.Installed())
		slices.Sort(names)

		for _, name := range names {
			known, ok := byName[name]
			if !ok || visited[known.Directory] {
				continue
			}

			visited[known.Directory] = true

			visit(known)
			needed = append(needed, known)
		}
	}

	visit(app)

	return needed
}

// HasWorkspaces tells whether the package.json of that directory is the top of a workspace.
func HasWorkspaces(files fs.FS, read Manifest) bool {
	return len(read.workspacePatterns()) > 0 || source.IsFile(files, PNPMWorkspace)
}
