package project

import (
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// Scripts resolves the scripts of the app in the root directory. They may lead to packages below it, by directory or by name.
func Scripts(tree source.Tree, manifest packagejson.Manifest) npmscript.Resolver {
	return npmscript.Resolver{
		Scripts: func(directory string) map[string]string {
			if directory == "." {
				return manifest.Scripts
			}

			read, _, err := packagejson.Read(tree.FS, directory)
			if err != nil {
				// A package.json that cannot be read has no scripts here; the error is told by the code that needs the file for more.
				return nil
			}

			return read.Scripts
		},
		Member: func(name string) (string, bool) {
			members, err := packagejson.WorkspacePackages(tree.FS)
			if err != nil {
				return "", false
			}

			for _, member := range members {
				if member.Manifest.Name == name || member.Directory == name {
					return member.Directory, true
				}
			}

			return "", false
		},
	}
}

// BuildScript is the name of the script that builds an app. Heroku runs its own in place of the usual one, unless it does nothing.
func BuildScript(manifest packagejson.Manifest, scripts npmscript.Resolver) string {
	if run := scripts.Script(herokuBuild); len(run.Ends) > 0 {
		return herokuBuild
	}

	return usualBuild
}

const (
	usualBuild  = "build"
	herokuBuild = "heroku-postbuild"
)
