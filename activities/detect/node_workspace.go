package detect

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const pnpmWorkspace = "pnpm-workspace.yaml"

// maxWorkspaceEntries bounds how many files and directories are looked at in search of a workspace's packages.
const maxWorkspaceEntries = 200_000

// workspacePackage is a package of a workspace.
type workspacePackage struct {
	// directory is relative to the top of the workspace, "." for that itself.
	directory string
	manifest  manifest
}

// workspaceTop looks above the directory for the workspace that it is part of: npm, yarn and bun name the packages in package.json, pnpm in
// pnpm-workspace.yaml. It returns where the workspace stands and the app's directory in it.
func workspaceTop(repository fs.FS, directory string) (top, app string, err error) {
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
	read, _, err := readManifest(files, directory)
	if err != nil {
		return nil, err
	}

	patterns := read.workspacePatterns()
	name := path.Join(directory, pnpmWorkspace)

	if content, err := readBounded(files, name); err == nil {
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

		return not + path.Join(".", strings.TrimPrefix(pattern, "/"), manifestName)
	}), nil
}

func matchesWorkspace(patterns []string, directory string) bool {
	matched, err := patternmatcher.MatchesOrParentMatches(path.Join(directory, manifestName), patterns)

	return err == nil && matched
}

// workspacePackages are all below the top, in the order of their names.
func workspacePackages(files fs.FS) ([]workspacePackage, error) {
	patterns, err := workspacePatterns(files, ".")
	if err != nil || len(patterns) == 0 {
		return nil, err
	}

	packages, seen := []workspacePackage{}, 0

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
		case entry.Name() != manifestName || name == manifestName || !matchesWorkspace(patterns, path.Dir(name)):
			return nil
		}

		read, ok, err := readManifest(files, path.Dir(name))
		if ok {
			packages = append(packages, workspacePackage{directory: path.Dir(name), manifest: read})
		}

		return err
	})

	return packages, err
}

// neededBy are the packages of the workspace that the app is made of, without the app, those that others build on first.
func neededBy(app workspacePackage, packages []workspacePackage) []workspacePackage {
	byName := lo.KeyBy(packages, func(known workspacePackage) string { return known.manifest.Name })
	needed, visited := []workspacePackage{}, map[string]bool{app.directory: true}

	var visit func(asking workspacePackage)

	visit = func(asking workspacePackage) {
		names := lo.Keys(asking.manifest.installed())
		slices.Sort(names)

		for _, name := range names {
			known, ok := byName[name]
			if !ok || visited[known.directory] {
				continue
			}

			visited[known.directory] = true

			visit(known)
			needed = append(needed, known)
		}
	}

	visit(app)

	return needed
}

// hasWorkspaces tells whether packages below have package.json files of their own.
func hasWorkspaces(app fs.FS, read manifest) bool {
	return len(read.workspacePatterns()) > 0 || isFile(app, pnpmWorkspace)
}
