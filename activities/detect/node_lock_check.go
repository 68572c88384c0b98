package detect

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// readLock reads the lockfile of that name at the top of the workspace.
func readLock(root fs.FS, name, install string) (nodeLock, error) {
	content, err := readLarge(root, name)
	if err != nil {
		return nodeLock{}, problem.Wrap(err, problem.Invalid, "%s cannot be read. Run %s and commit it as a regular file.", name, install)
	}

	read, err := parseNodeLock(name, content)
	if err != nil {
		return nodeLock{}, problem.Wrap(err, problem.Invalid,
			"%s cannot be read: %s. It may hold the marks of a merge conflict: run %s and commit it.", name, strings.TrimSuffix(err.Error(), "."), install)
	}

	return read, nil
}

// checkLock says which dependency makes the frozen installation fail.
func checkLock(project *nodeProject) error {
	for _, member := range project.packages() {
		found := project.lock.compareWith(member.directory, member.manifest.requested)
		if found == nil {
			continue
		}

		name := manifestName
		if member.directory != "." {
			name = member.directory + "/" + manifestName
		}

		return problem.New(problem.Invalid, "%s is out of step with %s: %s. Run %s and commit %s.",
			project.manager.lockfile, name, inWords(*found), project.manager.plainInstall(), project.manager.lockfile)
	}

	return nil
}

// inWords is the end of a sentence about the lockfile.
func inWords(found difference) string {
	switch found.Kind {
	case dependencyMissing:
		return fmt.Sprintf("it has no %q", found.Dependency)
	case rangeMissing:
		return fmt.Sprintf("it has no %q at %q", found.Dependency, found.Asked)
	case rangeDiffers:
		return fmt.Sprintf("it has %q at %q, and package.json asks for %q", found.Dependency, found.Locked, found.Asked)
	case versionUnfit:
		return fmt.Sprintf("it has %q in version %s, and package.json asks for %q", found.Dependency, found.Locked, found.Asked)
	case dependencyLeft:
		return fmt.Sprintf("it still has %q, which package.json does not ask for", found.Dependency)
	case packageMissing:
		return "it has nothing of this package"
	default:
		return "it was made for another package.json"
	}
}
