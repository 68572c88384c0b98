package project

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// readLock reads the lockfile of that name at the top of the workspace.
func readLock(root fs.FS, name, install string) (lockfile.NodeLock, error) {
	content, err := source.ReadLockfile(root, name)
	if err != nil {
		return lockfile.NodeLock{}, problem.Wrap(err, problem.Invalid, "%s cannot be read. Run %s and commit it as a regular file.", name, install)
	}

	read, err := lockfile.ParseNode(name, content)
	if err != nil {
		return lockfile.NodeLock{}, problem.Wrap(err, problem.Invalid,
			"%s cannot be read: %s. It may hold the marks of a merge conflict: run %s and commit it.", name, strings.TrimSuffix(err.Error(), "."), install)
	}

	return read, nil
}

// checkLock says which dependency makes the frozen installation fail.
func checkLock(project *Project) error {
	for _, member := range project.packages() {
		found := project.lock.Compare(member.Directory, member.Manifest.Requested)
		if found == nil {
			continue
		}

		name := packagejson.FileName
		if member.Directory != "." {
			name = member.Directory + "/" + packagejson.FileName
		}

		return problem.New(problem.Invalid, "%s is out of step with %s: %s. Run %s and commit %s.",
			project.Manager.Lockfile, name, inWords(*found), project.Manager.PlainInstall(), project.Manager.Lockfile)
	}

	return nil
}

// inWords is the end of a sentence about the lockfile.
func inWords(found lockfile.Difference) string {
	switch found.Kind {
	case lockfile.DependencyMissing:
		return fmt.Sprintf("it has no %q", found.Dependency)
	case lockfile.RangeMissing:
		return fmt.Sprintf("it has no %q at %q", found.Dependency, found.Asked)
	case lockfile.RangeDiffers:
		return fmt.Sprintf("it has %q at %q, and package.json asks for %q", found.Dependency, found.Locked, found.Asked)
	case lockfile.VersionUnfit:
		return fmt.Sprintf("it has %q in version %s, and package.json asks for %q", found.Dependency, found.Locked, found.Asked)
	case lockfile.DependencyLeft:
		return fmt.Sprintf("it still has %q, which package.json does not ask for", found.Dependency)
	case lockfile.PackageMissing:
		return "it has nothing of this package"
	default:
		return "it was made for another package.json"
	}
}
