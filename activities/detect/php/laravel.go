package php

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	laravelPackage = "laravel/framework"
	artisan        = "artisan"
	// composerAuth holds the credentials of private repositories, in the form of auth.json.
	composerAuth = "COMPOSER_AUTH"
	appKey       = "APP_KEY"
)

var (
	// laravelHealth matches the health route that bootstrap/app.php turns on, since Laravel 11.
	laravelHealth = regexp.MustCompile(`\bhealth\s*:\s*['"](/[A-Za-z0-9._/-]*)['"]`)
	phpComment    = regexp.MustCompile(`(?m)^\s*(?://|#|/?\*).*$`)
)

// LookedFor names what the detector looks for, in the error for a source that no detector takes.
const LookedFor = "composer.json with laravel/framework beside artisan"

// Detect takes an app that requires the framework and has its command.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	manifest, ok, err := readComposer(tree)
	if err != nil || !ok || manifest.Require[laravelPackage] == "" || !source.IsFile(tree, artisan) {
		return buildplan.Plan{}, false, err
	}

	if settings.Variables != nil && !slices.Contains(settings.Variables, appKey) {
		return buildplan.Plan{}, false, problem.New(problem.Invalid, "Laravel needs the environment variable %s, with which it encrypts cookies, and the project has none. "+
			"Set it: `php artisan key:generate --show` makes one.", appKey)
	}

	found, err := openLaravel(tree, manifest, settings)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan, err := found.plan(settings)

	return plan, err == nil, err
}

// laravelApp is what is known of an app.
type laravelApp struct {
	tree      source.Tree
	framework string
	php       string
	because   string
	// extensions are the ends of the names of their packages.
	extensions []string
	// packages are files and directories of the source that the installation reads.
	packages []string
	// assets are built where there is a package.json with a build by Vite; else nil.
	assets *laravelAssets
}

func openLaravel(tree source.Tree, manifest composerManifest, settings buildplan.Settings) (*laravelApp, error) {
	lock, err := readComposerLock(tree)
	if err != nil {
		return nil, err
	}

	if err := checkComposerLock(lock, manifest); err != nil {
		return nil, err
	}

	found := &laravelApp{tree: tree, framework: lock.VersionOf(laravelPackage)}
	requirements := platform(manifest, lock)

	if found.php, found.because, err = chooseVersion(requirements, lock, settings.BaseImages[buildplan.RuntimePHP]); err != nil {
		return nil, err
	}

	if found.extensions, err = extensionPackages(requirements); err != nil {
		return nil, err
	}

	if found.packages, err = localPackages(tree, manifest, lock); err != nil {
		return nil, err
	}

	found.assets, err = openLaravelAssets(tree, settings)

	return found, err
}

func (l *laravelApp) plan(settings buildplan.Settings) (buildplan.Plan, error) {
	port, portReason := buildplan.ChoosePort(settings.Port)
	known := append(slices.Clone(settings.Variables), settings.BuildVariables...)

	plan := buildplan.Plan{
		Framework: buildplan.FrameworkLaravel, Versions: map[string]string{"laravel": l.framework, "php": l.php}, Port: port,
		Arguments: []string{}, Secrets: []string{}, Dockerignore: source.GeneratedDockerignore(l.tree, laravelDockerignore(l.assets)),
		HealthPath: l.healthPath(), ReleaseCommand: "php artisan migrate --force",
	}

	if slices.Contains(known, composerAuth) {
		plan.Secrets = append(plan.Secrets, composerAuth)
	}

	phpReason := fmt.Sprintf("PHP %s: %s.", l.php, l.because)
	plan.Missing = settings.BaseImages[buildplan.RuntimePHP].Missing(l.php, phpReason)

	sentences := []string{
		fmt.Sprintf("composer.json requires laravel/framework, which is locked at %s, and nginx serves it with php-fpm.", l.framework),
		phpReason, portReason,
	}

	buildSecrets := lo.Uniq(lo.Without(settings.BuildVariables, l.public()...))
	slices.Sort(buildSecrets)

	dockerfile := l.dockerfile(settings, port)
	dockerfile.ComposerSecrets = buildplan.SecretMounts(plan.Secrets)
	dockerfile.BuildSecrets = buildplan.SecretMounts(buildSecrets)
	plan.Secrets = append(plan.Secrets, buildSecrets...)

	if l.assets != nil {
		sentences = append(sentences, l.assets.reason())

		if err := l.assets.complete(&plan, dockerfile); err != nil {
			return buildplan.Plan{}, err
		}
	} else if source.IsFile(l.tree, packagejson.FileName) {
		sentences = append(sentences, "No assets are built, as package.json lacks a build script with Vite: public is served as it is.")
	}

	plan.Reason = strings.Join(sentences, " ")
	plan.Secrets = lo.Uniq(plan.Secrets)
	slices.Sort(plan.Secrets)
	plan.Dockerfile = buildplan.Render(templates, "laravel.Dockerfile.tmpl", dockerfile)

	return plan, nil
}

// healthPath is where the framework answers; empty where the app does not turn that on.
func (l *laravelApp) healthPath() string {
	content, err := source.Read(l.tree, "bootstrap/app.php")
	if err != nil {
		return ""
	}

	if match := laravelHealth.FindSubmatch(phpComment.ReplaceAll(content, nil)); match != nil {
		return string(match[1])
	}

	return ""
}

// public are the variables that become part of the pages.
func (l *laravelApp) public() []string {
	if l.assets == nil {
		return nil
	}

	return l.assets.app.PublicVariables("VITE_")
}
