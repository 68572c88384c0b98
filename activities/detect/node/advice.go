package node

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/nx"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// Advice tells the user what a source lacks that has package.json files and that no detector takes; empty where it has none.
func Advice(tree source.Tree) string {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil {
		return ""
	}

	switch start := read.Scripts[startScript]; {
	case !ok:
		return ""
	case start != "":
		return fmt.Sprintf("package.json's start script, %q, is for development. Change it to what starts the app in production, such as \"node server.js\".", start)
	default:
		return fmt.Sprintf("package.json has no start script. Add \"start\" to its scripts, such as \"node %s\".", cmp.Or(read.Main, "server.js"))
	}
}

// Directories are those with apps: those of the workspace, and those up to two levels deep.
func Directories(tree source.Tree) []string {
	packages, err := packagejson.WorkspacePackages(tree)
	if err != nil {
		return nil
	}

	// Not all apps are part of it.
	for _, pattern := range []string{"*/" + packagejson.FileName, "*/*/" + packagejson.FileName} {
		found, _ := fs.Glob(tree.FS, pattern) // The pattern is valid, and no other error is returned.
		for _, name := range found {
			if read, ok, err := packagejson.Read(tree, path.Dir(name)); ok && err == nil && !strings.Contains(name, "node_modules/") {
				packages = append(packages, packagejson.Package{Directory: path.Dir(name), Manifest: read})
			}
		}
	}

	directories := lo.FilterMap(packages, func(known packagejson.Package, _ int) (string, bool) {
		return known.Directory, isAppOf(known.Manifest)
	})

	return append(directories, nxApps(tree)...)
}

// isAppOf tells whether a package is an app, and no library.
func isAppOf(manifest packagejson.Manifest) bool {
	scripts := npmscript.Of(manifest.Scripts)
	site := lo.SomeBy(siteBuilders, func(b siteBuilder) bool {
		return manifest.Depends(b.dependency) && manifest.Scripts[project.BuildScript(manifest, scripts)] != ""
	})

	return startsServer(scripts.Script(startScript)) || site || manifest.Depends("next") || manifest.Depends("nuxt")
}

// nxApps are the directories with apps that Nx alone knows how to build, up to three levels deep.
func nxApps(tree source.Tree) []string {
	if !source.IsFile(tree, nx.WorkspaceFile) {
		return nil
	}

	directories := []string{}

	for _, pattern := range []string{"*/", "*/*/", "*/*/*/"} {
		found, _ := fs.Glob(tree.FS, pattern+nx.ProjectFile) // The pattern is valid, and no other error is returned.
		for _, name := range found {
			files, err := fs.Sub(tree.FS, path.Dir(name))
			if err != nil || strings.Contains(name, "node_modules/") || strings.Contains(name, "-e2e/") {
				continue
			}

			inside := source.Tree{FS: files, Repository: tree.Repository, Directory: path.Join(tree.Directory, path.Dir(name))}
			if own, _, err := packagejson.Read(files, "."); err == nil {
				if _, ok := nx.Read(inside, own); ok {
					directories = append(directories, path.Dir(name))
				}
			}
		}
	}

	return directories
}
