package php

import (
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	laravelPackage = "laravel/framework"
	// artisan is the command of every Laravel app.
	artisan = "artisan"
	// composerAuth is the variable with the credentials of private repositories, in the form of auth.json.
	composerAuth = "COMPOSER_AUTH"
	// appKey is the variable with the key that Laravel encrypts cookies with.
	appKey = "APP_KEY"
)

// LookedFor names what the detector looks for, in the error for a source that no detector takes.
const LookedFor = "composer.json with laravel/framework beside artisan"

// Detect takes an app that requires Laravel and has artisan. A package for Laravel has no artisan.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	manifest, ok, err := readManifest(tree)
	if err != nil || !ok || manifest.Require[laravelPackage] == "" || !source.IsFile(tree, artisan) {
		return buildplan.Plan{}, false, err
	}

	if settings.Variables != nil && !slices.Contains(settings.Variables, appKey) {
		return buildplan.Plan{}, false, problem.New(problem.Invalid, "Laravel needs the environment variable %s, with which it encrypts cookies, "+
			"and the project has none. Set it: `php artisan key:generate --show` makes one.", appKey)
	}

	found, err := openLaravel(tree, manifest, settings)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan, err := found.plan(settings)

	return plan, err == nil, err
}

// laravelApp is what is known of a Laravel app.
type laravelApp struct {
	tree source.Tree
	// framework is the version of Laravel.
	framework string
	php       phpVersion
	// extensions are the extensions of PHP, by the ends of the names of Debian's packages.
	extensions []string
	// official is nil where PHP is Debian's.
	official *officialPHP
	// packages are the files and directories of the source that the installation reads.
	packages []string
	// scripts are the events of composer.json whose scripts run after the installation.
	scripts []string
	// patches are the files and directories of the source with patches of packages.
	patches []string
	// assets is nil for an app whose assets are not built.
	assets *laravelAssets
}

// openLaravel reads an app, and checks what would keep it from being built.
func openLaravel(tree source.Tree, manifest composerManifest, settings buildplan.Settings) (*laravelApp, error) {
	lock, err := readLock(tree)
	if err != nil {
		return nil, err
	}

	if err := checkLock(lock, manifest); err != nil {
		return nil, err
	}

	found := &laravelApp{
		tree: tree, framework: lock.VersionOf(laravelPackage), scripts: manifest.scriptsAfterInstall(), patches: manifest.patches(tree),
	}
	requirements := platform(manifest, lock)

	if found.php, err = chooseVersion(requirements, lock, pinned(tree), settings.BaseImages[buildplan.RuntimePHP]); err != nil {
		return nil, err
	}

	if found.php.official {
		found.official, err = official(requirements)
	} else {
		found.extensions, err = extensionPackages(requirements)
	}

	if err != nil {
		return nil, err
	}

	if found.packages, err = localPackages(tree, manifest, lock); err != nil {
		return nil, err
	}

	found.assets, err = openLaravelAssets(tree, settings)

	return found, err
}
