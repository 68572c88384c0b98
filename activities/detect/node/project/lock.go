package project

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
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

// otherSystem is a sentence of the plan's Reason about a lockfile that was written on another system; empty where that is not known.
func (p *Project) otherSystem() string {
	if p.lock.ForLinux == "" {
		return ""
	}

	return fmt.Sprintf("%s was written on another system and lacks %s, which %s loads on Linux. "+
		"Where that fails, delete node_modules and %s, run %s and commit the lockfile.",
		p.Manager.Lockfile, p.lock.ForLinux, p.lock.NeededBy, p.Manager.Lockfile, p.Manager.PlainInstall())
}

// checkLock refuses a lockfile with which the manager would refuse to install without saying which dependency is the reason. All else is the manager's to
// judge, which knows its settings, its workspaces and what replaces what.
func (p *Project) checkLock() error {
	if len(p.members) > 0 {
		return nil
	}

	missing := p.lock.Lacks(p.root.Requested)
	if missing == "" {
		return nil
	}

	return problem.New(problem.Invalid, "%s is out of step with package.json: it has no %s. Run %s and commit %s.",
		p.Manager.Lockfile, missing, p.Manager.PlainInstall(), p.Manager.Lockfile)
}
