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

// readLock reads the lockfile of that name. install is the command that makes a new one. Its errors are the user's.
func readLock(root fs.FS, name, install string) (lockfile.NodeLock, error) {
	content, err := source.ReadLockfile(root, name)

	switch {
	case problem.IsUsers(err):
		return lockfile.NodeLock{}, err
	case err != nil:
		return lockfile.NodeLock{}, problem.Wrap(err, problem.Invalid, "%s cannot be read. Run %s and commit it as a regular file.", name, install)
	}

	read, err := lockfile.ParseNode(name, content)
	if err != nil {
		return lockfile.NodeLock{}, problem.Wrap(err, problem.Invalid,
			"%s cannot be read: %s. It may hold the marks of a merge conflict: run %s and commit it.", name, strings.TrimSuffix(err.Error(), "."), install)
	}

	return read, nil
}

// checkLock refuses a lockfile with which the manager would refuse to install, and says which dependency is the reason.
func (p *Project) checkLock() error {
	for _, member := range p.packages() {
		found := p.lock.Compare(member.Directory, member.Manifest.Requested)
		if found == nil {
			continue
		}

		name := packagejson.FileName
		if member.Directory != "." {
			name = member.Directory + "/" + packagejson.FileName
		}

		return problem.New(problem.Invalid, "%s is out of step with %s: %s. Run %s and commit %s.",
			p.Manager.Lockfile, name, inWords(*found), p.Manager.PlainInstall(), p.Manager.Lockfile)
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
