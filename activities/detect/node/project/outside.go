package project

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// checkOutside refuses a dependency on a directory that the build does not see: one outside of the root directory, unless a workspace holds both.
func (p *Project) checkOutside() error {
	for _, known := range p.packages() {
		asked := known.Manifest.Installed()

		for _, name := range slices.Sorted(maps.Keys(asked)) {
			local, found := strings.CutPrefix(asked[name], "file:")
			if !found {
				local, found = strings.CutPrefix(asked[name], "link:")
			}

			outside := path.Join(p.top, known.Directory, local)
			if !found || path.IsAbs(local) || strings.HasPrefix(outside, "..") || isBelow(path.Clean(p.top), outside) {
				continue
			}

			return problem.New(problem.Invalid, "%s depends on %s by %q, which is outside of the root directory %s, and only what is inside is built. "+
				"Make a workspace of both: a package.json at the top of the repository with \"workspaces\": [%q, %q], and its lockfile beside it; or bring a Dockerfile.",
				packagejson.FileName, name, asked[name], path.Join(p.top, known.Directory), path.Join(p.top, known.Directory), outside)
		}
	}

	return nil
}

// isBelow tells whether a path of the repository is inside of a directory.
func isBelow(directory, name string) bool {
	return directory == "." || name == directory || strings.HasPrefix(name, directory+"/")
}
