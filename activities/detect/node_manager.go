package detect

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// The managers, as packageManager in package.json names them.
const (
	npm  = "npm"
	pnpm = "pnpm"
	yarn = "yarn"
	bun  = "bun"
)

const berryConfig = ".yarnrc.yml"

// managerLock names the lockfiles of a manager, the one that it prefers first.
type managerLock struct {
	manager   string
	lockfiles []string
}

var managerLocks = []managerLock{
	{npm, []string{shrinkwrap, packageLock}},
	{pnpm, []string{pnpmLock}},
	{yarn, []string{yarnLock}},
	{bun, []string{bunLock, bunBinaryLock}},
}

// packageManager is what installs the dependencies.
type packageManager struct {
	name string
	// version is exact where packageManager says so, else the line that goes with the lockfile; empty is npm as the image has it.
	version string
	// lockfile is empty where there is none.
	lockfile string
	// berry is Yarn from version 2 on.
	berry bool
	// release is the program of Yarn that the source brings, at the top of the workspace.
	release string
	// cacheCommitted says that the source brings Yarn's packages, too.
	cacheCommitted bool
	because        string
}

// chooseManager decides by packageManager in package.json, else by the lockfile.
func chooseManager(files fs.FS, root manifest) (packageManager, error) {
	found := locksByManager(files)

	manager, err := declaredManager(root)
	if err != nil {
		return packageManager{}, err
	}

	switch {
	case manager.name != "":
		if manager.lockfile = found[manager.name]; manager.lockfile == "" && len(found) > 0 {
			return packageManager{}, problem.New(problem.Invalid, "packageManager in package.json names %s, but the lockfile is %s. "+
				"Run %s install and commit its lockfile, or correct packageManager.", manager.name, strings.Join(lo.Values(found), " and "), manager.name)
		}

		manager.because = "packageManager in package.json"
	case len(found) > 1:
		return packageManager{}, tooManyLocks(lockfilesOf(files))
	case len(found) == 1:
		manager.name = lo.Keys(found)[0]
		manager.lockfile = found[manager.name]
		manager.because = manager.lockfile
	default:
		manager.name = npm
		manager.because = "no lockfile"
	}

	if manager.name == yarn {
		return completeYarn(files, manager)
	}

	return manager, nil
}

// locksByManager are the lockfiles that are there.
func locksByManager(files fs.FS) map[string]string {
	found := map[string]string{}

	for _, known := range managerLocks {
		if name, ok := lo.Find(known.lockfiles, func(name string) bool { return isFile(files, name) }); ok {
			found[known.manager] = name
		}
	}

	return found
}

// lockfilesOf are their names, in the order of managerLocks.
func lockfilesOf(files fs.FS) []string {
	found := locksByManager(files)

	return lo.FilterMap(managerLocks, func(known managerLock, _ int) (string, bool) {
		return found[known.manager], found[known.manager] != ""
	})
}

func tooManyLocks(names []string) error {
	return problem.New(problem.Invalid, "There are lockfiles of several package managers: %s. Delete all but the one of the manager that you use "+
		"(git rm %s, for example), or set packageManager in package.json.", strings.Join(names, " and "), names[0])
}

// declaredManager reads "pnpm@10.4.1+sha512.…".
func declaredManager(root manifest) (packageManager, error) {
	if root.PackageManager == "" {
		return packageManager{}, nil
	}

	name, version, _ := strings.Cut(root.PackageManager, "@")
	version, _, _ = strings.Cut(version, "+")

	exact, err := semver.StrictNewVersion(version)
	if err != nil || !lo.Contains([]string{npm, pnpm, yarn, bun}, name) {
		return packageManager{}, problem.New(problem.Invalid, "packageManager in package.json is %q. "+
			"Write npm, pnpm, yarn or bun with an exact version, such as \"pnpm@10.4.1\", or remove it.", root.PackageManager)
	}

	return packageManager{name: name, version: exact.String(), berry: name == yarn && exact.Major() > 1}, nil
}

// completeYarn finds out which Yarn it is.
func completeYarn(files fs.FS, manager packageManager) (packageManager, error) {
	var config struct {
		YarnPath string `yaml:"yarnPath"`
	}

	if content, err := readBounded(files, berryConfig); err == nil {
		if err := yaml.Unmarshal(content, &config); err != nil {
			return packageManager{}, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", berryConfig, err)
		}

		manager.berry = manager.berry || manager.version == ""
	}

	if manager.version == "" && manager.lockfile != "" {
		if content, err := readLarge(files, manager.lockfile); err == nil {
			// An empty one marks the top of a project for newer ones.
			manager.berry = isBerry(content) || manager.berry && !isClassic(content)
		}
	}

	if !manager.berry {
		return manager, nil
	}

	if release := path.Clean(config.YarnPath); config.YarnPath != "" {
		if !isFile(files, release) {
			return packageManager{}, problem.New(problem.Invalid, "yarnPath in %s is %s, which is not in the repository. "+
				"Commit .yarn/releases, or remove yarnPath.", berryConfig, config.YarnPath)
		}

		manager.release = release
	}

	cached, err := fs.Glob(files, ".yarn/cache/*.zip")
	manager.cacheCommitted = err == nil && len(cached) > 0

	return manager, nil
}

// defaultVersion is used where package.json names none: the line of the manager that writes lockfiles of that format.
func (m packageManager) defaultVersion(format string) string {
	switch m.name {
	case pnpm:
		lines := map[string]string{"5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8"}
		if line, ok := lines[format]; ok {
			return line
		}

		return "10"
	case yarn:
		if !m.berry {
			return "1.22.22"
		}

		lines := map[string]string{"4": "2", "5": "3", "6": "3"}
		if line, ok := lines[format]; ok {
			return line
		}

		return "4"
	case bun:
		return "1"
	default:
		return ""
	}
}

// displayName is the manager for the plan's versions and sentences: yarn 4 is another one than yarn 1.
func (m packageManager) displayName() string {
	if m.version == "" {
		return m.name
	}

	return fmt.Sprintf("%s %s", m.name, m.version)
}
