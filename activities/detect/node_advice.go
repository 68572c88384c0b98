package detect

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/samber/lo"
)

// maxAdvisedDirectories is how many root directories a sentence names.
const maxAdvisedDirectories = 10

// nodeAdvice says what a source with package.json files lacks; empty where it has none.
func nodeAdvice(app source) string {
	read, ok, err := readManifest(app, ".")
	if err != nil {
		return ""
	}

	if directories := appsBelow(app); len(directories) > 0 {
		return fmt.Sprintf("There %s in %s: set the project's root directory to %s.", lo.Ternary(len(directories) == 1, "is an app", "are apps"),
			strings.Join(directories, ", "), lo.Ternary(len(directories) == 1, "that", "one of them"))
	}

	switch start := read.Scripts["start"]; {
	case !ok:
		return ""
	case start != "":
		return fmt.Sprintf("package.json's start script, %q, is for development. Change it to what starts the app in production, such as \"node server.js\".", start)
	default:
		return "package.json has no start script. Add \"start\" to its scripts, such as \"node server.js\"."
	}
}

// appsBelow are the directories with apps, of a workspace and otherwise two levels deep.
func appsBelow(app source) []string {
	packages, err := workspacePackages(app)
	if err != nil {
		return nil
	}

	if len(packages) == 0 {
		for _, pattern := range []string{"*/" + manifestName, "*/*/" + manifestName} {
			found, _ := fs.Glob(app.FS, pattern) // The patterns are right.
			for _, name := range found {
				if read, ok, err := readManifest(app, path.Dir(name)); ok && err == nil && !strings.Contains(name, "node_modules/") {
					packages = append(packages, workspacePackage{directory: path.Dir(name), manifest: read})
				}
			}
		}
	}

	directories := lo.FilterMap(packages, func(known workspacePackage, _ int) (string, bool) {
		start := known.manifest.Scripts["start"]
		server := start != "" && !developmentServer.MatchString(start)
		site := known.manifest.Scripts["build"] != "" && lo.SomeBy(siteBuilders, func(b siteBuilder) bool {
			return known.manifest.depends(b.dependency)
		})

		return known.directory, server || site || known.manifest.depends("next") || known.manifest.depends("nuxt")
	})

	return directories[:min(len(directories), maxAdvisedDirectories)]
}
