package packagejson

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const PnpmWorkspace = "pnpm-workspace.yaml"

// maxWorkspaceEntries bounds how many files and directories are looked at in search of a workspace's packages.
const maxWorkspaceEntries = 200_000

// Package is a package of a workspace.
type Package struct {
	// Directory is relative to the top of the workspace, "." for that itself.
	Directory string
	Manifest  Manifest
}

// WorkspaceTop looks above the directory for the workspace that it is part of: npm, yarn and bun name the packages in package.json, pnpm in
// pnpm-workspace.yaml. It returns where the workspace stands and the app's directory in it.
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

// workspacePatterns are of package.json files, as "packages/*/package.json".
func workspacePatterns(files fs.FS, directory string) ([]string, error) {
	read, _, err := Read(files, directory)
	if err != nil {
		return nil, err
	}

	patterns := read.workspacePatterns()
	name := path.Join(directory, PnpmWorkspace)

	if content, err := source.Read(files, name); err == nil {
		var config struct {
			Packages []string `yaml:"packages"`
		}

		if err := yaml.Unmarshal(content, &config); err != nil {
			return nil, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", name, err)
		}

		patterns = append(patterns, config.Packages...)
	}

	return lo.Map(patterns, func(pattern string, _ int) string {
		not := ""
		if excluded, ok := strings.CutPrefix(pattern, "!"); ok {
			not, pattern = "!", excluded
		}

		return not + path.Join(".", strings.TrimPrefix(pattern, "/"), FileName)
	}), nil
}

func matchesWorkspace(patterns []string, directory string) bool {
	matched, err := patternmatcher.MatchesOrParentMatches(path.Join(directory, FileName), patterns)

	return err == nil && matched
}

// WorkspacePackages are all below the top, in the order of their names.
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
			// A directory that cannot be read is none of the workspace's.
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

// NeededBy are the packages of the workspace that the app is made of, without the app, those that others build on first.
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

// HasWorkspaces tells whether packages below have package.json files of their own.
func HasWorkspaces(app fs.FS, read Manifest) bool {
	return len(read.workspacePatterns()) > 0 || source.IsFile(app, PnpmWorkspace)
}
