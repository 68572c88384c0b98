package packagemanager

import (
	"io/fs"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The names of the managers, as packageManager in package.json has them.
const (
	NPM  = "npm"
	PNPM = "pnpm"
	Yarn = "yarn"
	Bun  = "bun"
)

// Manager is the package manager that installs the dependencies of an app.
type Manager struct {
	Name string
	// Version is the exact one that packageManager in package.json names, else a line or a range of versions: what devEngines and engines ask for, and what
	// writes such a lockfile. It is empty for the npm that the image of Node has.
	Version string
	// Lockfile is the name of the lockfile; empty where there is none.
	Lockfile string
	// Berry says that the manager is Yarn 2 or newer, which has other commands and files than Yarn 1.
	Berry bool
	// Release is the path of the Yarn that the source brings, from the top of the workspace; empty where it brings none.
	Release string
	// Because says in a few words what chose the manager.
	Because string
	// Ignored is a sentence about what asks for another version and cannot have it; empty where all that asks has it.
	Ignored string

	// cacheCommitted says that the source has Yarn's cache, and so all packages.
	cacheCommitted bool
}

// Choose decides by packageManager in the package.json at the top of the workspace, else by the lockfile, and where there is none or several, by other files
// that only one manager reads or that pin the version of one. files are those of the top. Its errors are the user's.
func Choose(files fs.FS, root packagejson.Manifest) (Manager, error) {
	found := locksByManager(files)

	manager, err := declaredManager(root, found)
	if err != nil {
		return Manager{}, err
	}

	switch {
	case manager.Name != "":
		if manager.Lockfile = found[manager.Name]; manager.Lockfile == "" && len(found) > 0 {
			field, _, _ := strings.Cut(manager.Because, " ")

			return Manager{}, problem.New(problem.Invalid, "%s names %s, but the lockfile is %s. Run %s install and commit its lockfile, or correct %s.",
				manager.Because, manager.Name, strings.Join(LockfilesOf(files), " and "), manager.Name, field)
		}
	case len(found) == 1:
		manager.Name = lo.Keys(found)[0]
		manager.Lockfile = found[manager.Name]
		manager.Because = manager.Lockfile
	default:
		manager.Name, manager.Because = signedManager(files, root, lo.Keys(found))
		manager.Lockfile = found[manager.Name]
		manager.Berry = manager.Name == Yarn && (Manager{Version: pinOf(files, root, Yarn).version}).major() > 1
	}

	switch {
	case manager.Name != "":
	case len(found) > 1:
		return Manager{}, tooManyLocks(LockfilesOf(files))
	default:
		manager.Name = NPM
		manager.Because = "no lockfile"
	}

	if manager.Name == Yarn {
		return completeYarn(files, manager)
	}

	return manager, nil
}

// declaredManager reads packageManager of package.json, such as "pnpm@10.4.1+sha512.…", else devEngines.packageManager, which may name alternatives: the one
// whose lockfile there is. Without both the manager has no name.
func declaredManager(root packagejson.Manifest, found map[string]string) (Manager, error) {
	if root.PackageManager == "" {
		return developedWith(root, found), nil
	}

	name, version, _ := strings.Cut(root.PackageManager, "@")
	version, _, _ = strings.Cut(version, "+")

	manager := Manager{Name: name, Because: "packageManager in package.json"}
	manager.Berry = name == Yarn && (Manager{Version: version}).major() > 1

	if exact, err := semver.StrictNewVersion(version); err == nil {
		manager.Version = exact.String()
	}

	// A range is none that corepack takes, but says what is meant.
	_, err := semver.NewConstraint(version)
	if err != nil || version == "" || !lo.Contains([]string{NPM, PNPM, Yarn, Bun}, name) {
		return Manager{}, problem.New(problem.Invalid, "packageManager in package.json is %q. "+
			"Write npm, pnpm, yarn or bun with an exact version, such as \"pnpm@10.4.1\", or remove it.", root.PackageManager)
	}

	return manager, nil
}

// developedWith is the manager of devEngines.packageManager. Its version comes later, as that may be a range.
func developedWith(root packagejson.Manifest, found map[string]string) Manager {
	known := lo.Filter(root.DevEngines.PackageManager, func(engine packagejson.DevEngine, _ int) bool {
		return lo.Contains([]string{NPM, PNPM, Yarn, Bun}, engine.Name)
	})
	if len(known) == 0 {
		return Manager{}
	}

	locked, ok := lo.Find(known, func(engine packagejson.DevEngine) bool { return found[engine.Name] != "" })
	chosen := lo.Ternary(ok, locked, known[0])

	return Manager{Name: chosen.Name, Because: "devEngines.packageManager in package.json"}
}
