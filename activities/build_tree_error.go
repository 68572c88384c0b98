package activities

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// badPattern finds the complaint about a line of .dockerignore that is no pattern.
var badPattern = regexp.MustCompile(`syntax error in pattern|illegal exclusion pattern|failed parsing dockerignore`)

// explainFiles names the file of the source that BuildKit's words are about without naming it.
func (f failure) explainFiles(text string) (string, bool) {
	named := strings.Contains(text, "invalid UTF-8")
	// Where the copying of files ends a build, BuildKit sometimes says no more than that it was cancelled.
	names := named || strings.Contains(text, "context canceled")

	if !names && !badPattern.MatchString(text) {
		return "", false
	}

	tree, err := source.Open(f.request.Tree.Dir, cmp.Or(f.request.Plan.Context, f.request.RootDirectory))
	if err != nil {
		return "", false
	}
	defer tree.Close()

	rules, err := source.ReadIgnoreRulesOf(tree.FS, f.request.Plan.DockerfilePath)
	if err != nil {
		return problem.MessageOf(err), problem.IsUsers(err)
	}

	if !names {
		return "", false
	}

	name, ok := nameThatIsNotUTF8(tree.FS, rules)

	switch {
	case !ok && !named:
		return "", false
	case !ok:
		return "The name of a file, or of what a symbolic link leads to, is not UTF-8, and BuildKit copies no such file. Rename it.", true
	}

	what := "The name of the file"
	if utf8.ValidString(name) {
		what = "The target of the symbolic link"
	}

	return fmt.Sprintf("%s %q is not UTF-8, and BuildKit copies no such file. Rename it, or leave it out of the build by .dockerignore.", what, name), true
}

// isIgnored tells whether the source has a file or directory of that name which the build does not get to see.
func (f failure) isIgnored(name string) bool {
	tree, err := source.Open(f.request.Tree.Dir, cmp.Or(f.request.Plan.Context, f.request.RootDirectory))
	if err != nil {
		return false
	}
	defer tree.Close()

	rules, err := source.ReadIgnoreRulesOf(tree.FS, f.request.Plan.DockerfilePath)
	if err != nil {
		return false
	}

	_, err = tree.Stat(name)

	return err == nil && rules.Ignores(name)
}

// atTop tells whether a file that the root directory does not have is one that stands below the top of the repository, for which the Dockerfile was written
// then. It returns where the Dockerfile stands from there.
func (f failure) atTop(name string) (dockerfile string, ok bool) {
	if f.generated || name == "" {
		return "", false
	}

	tree, err := source.Open(f.request.Tree.Dir, f.request.RootDirectory)
	if err != nil {
		return "", false
	}
	defer tree.Close()

	_, inside := tree.Stat(name)
	_, above := fs.Stat(tree.Repository, name)

	return path.Join(tree.Directory, f.request.Plan.DockerfilePath), tree.Directory != "." && inside != nil && above == nil
}

// nameThatIsNotUTF8 returns the first file that the build sees and whose name, or as a symbolic link its target, is not UTF-8.
func nameThatIsNotUTF8(files fs.FS, rules source.IgnoreRules) (string, bool) {
	found := ""

	_ = fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || rules.Ignores(name) {
			return nil //nolint:nilerr // What cannot be read is not what is looked for.
		}

		// The target of a symbolic link is copied as text, and so has to be UTF-8 as names have.
		target, _ := fs.ReadLink(files, name)
		if utf8.ValidString(name) && utf8.ValidString(target) {
			return nil
		}

		found = name

		return fs.SkipAll
	})

	return found, found != ""
}
