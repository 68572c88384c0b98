package packagemanager

import (
	"io/fs"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// managerLock has the lockfiles of a manager, the one that it prefers first.
type managerLock struct {
	manager   string
	lockfiles []string
}

// managerLocks are in the order in which sentences name lockfiles.
var managerLocks = []managerLock{
	{NPM, []string{lockfile.ShrinkwrapName, lockfile.PackageLockName}},
	{PNPM, []string{lockfile.PNPMName}},
	{Yarn, []string{lockfile.YarnName}},
	{Bun, []string{lockfile.BunName, lockfile.BunBinaryName}},
}

// locksByManager returns the lockfile that each manager would use, by the manager's name.
func locksByManager(files fs.FS) map[string]string {
	found := map[string]string{}

	for _, known := range managerLocks {
		if name, ok := lo.Find(known.lockfiles, func(name string) bool { return source.IsFile(files, name) }); ok {
			found[known.manager] = name
		}
	}

	return found
}

// LockfilesOf returns the names of the lockfiles that managers would use, npm's first.
func LockfilesOf(files fs.FS) []string {
	found := locksByManager(files)

	return lo.FilterMap(managerLocks, func(known managerLock, _ int) (string, bool) {
		return found[known.manager], found[known.manager] != ""
	})
}

// tooManyLocks is the error for a source whose manager the lockfiles do not decide.
func tooManyLocks(names []string) error {
	return problem.New(problem.Invalid, "There are lockfiles of several package managers: %s. Delete all but the one of the manager that you use "+
		"(git rm %s, for example), or set packageManager in package.json.", strings.Join(names, " and "), names[0])
}

// Locks tells whether there is a lockfile of the manager that packageManager of a package.json names.
func Locks(files fs.FS, declared string) bool {
	name, _, _ := strings.Cut(declared, "@")

	return locksByManager(files)[name] != ""
}
