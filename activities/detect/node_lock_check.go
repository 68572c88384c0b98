package detect

import (
	"io/fs"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// readLock reads the lockfile of that name at the top of the workspace.
func readLock(root fs.FS, name, install string) (lockfile, error) {
	content, err := readLarge(root, name)
	if err != nil {
		return lockfile{}, problem.Wrap(err, problem.Invalid, "%s cannot be read. Run %s and commit it as a regular file.", name, install)
	}

	read, err := lockReaders()[name](content)
	if err != nil {
		return lockfile{}, problem.Wrap(err, problem.Invalid,
			"%s cannot be read: %s. It may hold the marks of a merge conflict: run %s and commit it.", name, strings.TrimSuffix(err.Error(), "."), install)
	}

	return read, nil
}

// checkLock says which dependency makes the frozen installation fail.
func checkLock(project *nodeProject) error {
	if project.lock.disagrees == nil {
		return nil
	}

	for _, member := range project.packages() {
		complaint := project.lock.disagrees(member.directory, member.manifest)
		if complaint == "" {
			continue
		}

		name := manifestName
		if member.directory != "." {
			name = member.directory + "/" + manifestName
		}

		return problem.New(problem.Invalid, "%s is out of step with %s: %s. Run %s and commit %s.",
			project.manager.lockfile, name, complaint, project.manager.plainInstall(), project.manager.lockfile)
	}

	return nil
}
