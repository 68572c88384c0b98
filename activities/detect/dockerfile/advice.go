package dockerfile

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// notApps are the names of directories in which Dockerfiles stand for something else than an app that stands there.
var notApps = []string{"docker", ".docker", "deploy", "deployment", "build", "ci", "infra", "ops"}

// below are the Dockerfiles up to two levels deep, without those that editors open the source in.
func below(tree source.Tree) []string {
	found := []string{}

	for _, pattern := range []string{"*/" + defaultName, "*/*/" + defaultName} {
		names, _ := fs.Glob(tree.FS, pattern) // The pattern is valid, and no other error is returned.
		found = append(found, names...)
	}

	return lo.Reject(found, func(name string, _ int) bool {
		return strings.Contains(name, "node_modules/") || strings.HasPrefix(name, "vendor/") || strings.HasPrefix(name, ".") && !strings.HasPrefix(name, ".docker/")
	})
}

// Directories are those of the source, up to two levels deep, that have a Dockerfile for an app which stands there.
func Directories(tree source.Tree) []string {
	return lo.FilterMap(below(tree), func(name string, _ int) (string, bool) {
		return path.Dir(name), !lo.Contains(notApps, path.Base(path.Dir(name)))
	})
}

// Advice tells the user where else in the source there is a Dockerfile; empty where there is none.
func Advice(tree source.Tree) string {
	found := below(tree)
	if len(found) == 0 {
		return ""
	}

	return fmt.Sprintf("There is a Dockerfile in %s: set the project's root directory to that where the app stands there, or else its Dockerfile to %s; "+
		"or add one here.", path.Dir(found[0]), found[0])
}
