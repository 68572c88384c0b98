package detect

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
	"github.com/zeitwork/zeitwork/activities/detect/node"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
)

// maxAdvisedDirectories is how many root directories a sentence names at most.
const maxAdvisedDirectories = 10

// adviceOn tells the user what to do about a source that no detector takes.
func adviceOn(tree source.Tree) string {
	return cmp.Or(directoriesAdvice(tree), dockerfile.Advice(tree), static.Advice(tree), node.Advice(tree), siteAdvice(tree),
		"Add a Dockerfile, or set the project's root directory to where it stands.")
}

// siteAdvice names a directory with a site of files; empty where there is none.
func siteAdvice(tree source.Tree) string {
	found := directoriesWith(tree, "index.html")
	if len(found) == 0 {
		return ""
	}

	return fmt.Sprintf("There is a page in %s: set the project's root directory to that where it is a site of files, or else add a Dockerfile.", found[0])
}

// directoriesAdvice names the directories with apps, of which the project is to have one; empty where there are none, and where all that is known of one is its
// Dockerfile.
func directoriesAdvice(tree source.Tree) string {
	found := slices.Concat(node.Directories(tree), directoriesWith(tree, "artisan"), directoriesWith(tree, "bin/rails"))
	if len(found) == 0 && len(dockerfile.Directories(tree)) < 2 {
		return ""
	}

	found = append(found, dockerfile.Directories(tree)...)
	slices.Sort(found)
	found = slices.Compact(found)

	const advice = "There %s in %s: set the project's root directory to %s."

	if len(found) == 1 {
		return fmt.Sprintf(advice, "is an app", found[0], "that")
	}

	more := ""
	if left := len(found) - maxAdvisedDirectories; left > 0 {
		found, more = found[:maxAdvisedDirectories], fmt.Sprintf(" and %d more", left)
	}

	return fmt.Sprintf(advice, "are apps", strings.Join(found, ", ")+more, "one of them")
}

// directoriesWith are the directories, up to two levels deep, that have a file of that path.
func directoriesWith(tree source.Tree, file string) []string {
	found := []string{}

	for _, above := range []string{"*/", "*/*/"} {
		names, _ := fs.Glob(tree.FS, above+file) // The pattern is valid, and no other error is returned.
		found = append(found, names...)
	}

	return lo.FilterMap(found, func(name string, _ int) (string, bool) {
		directory := path.Clean(strings.TrimSuffix(name, file))

		// The tests of an engine of Rails have an app, too.
		others := []string{"/node_modules/", "/vendor/", "/test/", "/spec/"}

		return directory, !lo.SomeBy(others, func(other string) bool { return strings.Contains("/"+name, other) })
	})
}
