package packagemanager

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The managers, as packageManager in package.json names them.
const (
	NPM  = "npm"
	PNPM = "pnpm"
	Yarn = "yarn"
	Bun  = "bun"
)

const BerryConfig = ".yarnrc.yml"

// managerLock names the lockfiles of a manager, the one that it prefers first.
type managerLock struct {
	manager   string
	lockfiles []string
}

var managerLocks = []managerLock{
	{NPM, []string{lockfile.ShrinkwrapName, lockfile.PackageLockName}},
	{PNPM, []string{lockfile.PNPMName}},
	{Yarn, []string{lockfile.YarnName}},
	{Bun, []string{lockfile.BunName, lockfile.BunBinaryName}},
}

// Manager is what installs the dependencies.
type Manager struct {
	Name string
	// Version is exact where packageManager says so, else the line that goes with the lockfile; empty is npm as the image has it.
	Version string
	// Lockfile is empty where there is none.
	Lockfile string
	// Berry is Yarn from version 2 on.
	Berry bool
	// Release is the program of Yarn that the source brings, at the top of the workspace.
	Release string
	// cacheCommitted says that the source brings Yarn's packages, too.
	cacheCommitted bool
	Because        string
}

// Choose decides by packageManager in package.json, else by the lockfile.
func Choose(files fs.FS, root packagejson.Manifest) (Manager, error) {
	found := locksByManager(files)

	manager, err := declaredManager(root)
	if err != nil {
		return Manager{}, err
	}

	switch {
	case manager.Name != "":
		if manager.Lockfile = found[manager.Name]; manager.Lockfile == "" && len(found) > 0 {
			return Manager{}, problem.New(problem.Invalid, "packageManager in package.json names %s, but the lockfile is %s. "+
				"Run %s install and commit its lockfile, or correct packageManager.", manager.Name, strings.Join(lo.Values(found), " and "), manager.Name)
		}

		manager.Because = "packageManager in package.json"
	case len(found) > 1:
		return Manager{}, tooManyLocks(LockfilesOf(files))
	case len(found) == 1:
		manager.Name = lo.Keys(found)[0]
		manager.Lockfile = found[manager.Name]
		manager.Because = manager.Lockfile
	default:
		manager.Name = NPM
		manager.Because = "no lockfile"
	}

	if manager.Name == Yarn {
		return completeYarn(files, manager)
	}

	return manager, nil
}

// locksByManager are the lockfiles that are there.
func locksByManager(files fs.FS) map[string]string {
	found := map[string]string{}

	for _, known := range managerLocks {
		if name, ok := lo.Find(known.lockfiles, func(name string) bool { return source.IsFile(files, name) }); ok {
			found[known.manager] = name
		}
	}

	return found
}

// LockfilesOf are their names, in the order of managerLocks.
func LockfilesOf(files fs.FS) []string {
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
func declaredManager(root packagejson.Manifest) (Manager, error) {
	if root.PackageManager == "" {
		return Manager{}, nil
	}

	name, version, _ := strings.Cut(root.PackageManager, "@")
	version, _, _ = strings.Cut(version, "+")

	exact, err := semver.StrictNewVersion(version)
	if err != nil || !lo.Contains([]string{NPM, PNPM, Yarn, Bun}, name) {
		return Manager{}, problem.New(problem.Invalid, "packageManager in package.json is %q. "+
			"Write npm, pnpm, yarn or bun with an exact version, such as \"pnpm@10.4.1\", or remove it.", root.PackageManager)
	}

	return Manager{Name: name, Version: exact.String(), Berry: name == Yarn && exact.Major() > 1}, nil
}

// completeYarn finds out which Yarn it is.
func completeYarn(files fs.FS, manager Manager) (Manager, error) {
	var config struct {
		YarnPath string `yaml:"yarnPath"`
	}

	if content, err := source.Read(files, BerryConfig); err == nil {
		if err := yaml.Unmarshal(content, &config); err != nil {
			return Manager{}, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", BerryConfig, err)
		}

		manager.Berry = manager.Berry || manager.Version == ""
	}

	if manager.Version == "" && manager.Lockfile != "" {
		if content, err := source.ReadLockfile(files, manager.Lockfile); err == nil {
			// An empty one marks the top of a project for newer ones.
			manager.Berry = lockfile.IsBerry(content) || manager.Berry && !lockfile.IsClassic(content)
		}
	}

	if !manager.Berry {
		return manager, nil
	}

	if release := path.Clean(config.YarnPath); config.YarnPath != "" {
		if !source.IsFile(files, release) {
			return Manager{}, problem.New(problem.Invalid, "yarnPath in %s is %s, which is not in the repository. "+
				"Commit .yarn/releases, or remove yarnPath.", BerryConfig, config.YarnPath)
		}

		manager.Release = release
	}

	cached, err := fs.Glob(files, ".yarn/cache/*.zip")
	manager.cacheCommitted = err == nil && len(cached) > 0

	return manager, nil
}

// DefaultVersion is used where package.json names none: the line of the manager that writes lockfiles of that format.
func (m Manager) DefaultVersion(format string) string {
	switch m.Name {
	case PNPM:
		lines := map[string]string{"5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8"}
		if line, ok := lines[format]; ok {
			return line
		}

		return "10"
	case Yarn:
		if !m.Berry {
			return "1.22.22"
		}

		lines := map[string]string{"4": "2", "5": "3", "6": "3"}
		if line, ok := lines[format]; ok {
			return line
		}

		return "4"
	case Bun:
		return "1"
	default:
		return ""
	}
}

// DisplayName is the manager for the plan's versions and sentences: yarn 4 is another one than yarn 1.
func (m Manager) DisplayName() string {
	if m.Version == "" {
		return m.Name
	}

	return fmt.Sprintf("%s %s", m.Name, m.Version)
}
