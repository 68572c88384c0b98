package detect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

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

// laravelLookedFor is what a source must have, for the user whose source has none of it.
const laravelLookedFor = "composer.json with laravel/framework beside artisan"

// detectLaravel takes an app that requires the framework and has its command.
func detectLaravel(app source, settings Settings) (Plan, bool, error) {
	manifest, ok, err := readComposer(app)
	if err != nil || !ok || manifest.Require[laravelPackage] == "" || !isFile(app, artisan) {
		return Plan{}, false, err
	}

	if settings.Variables != nil && !slices.Contains(settings.Variables, appKey) {
		return Plan{}, false, problem.New(problem.Invalid, "Laravel needs the environment variable %s, with which it encrypts cookies, and the project has none. "+
			"Set it: `php artisan key:generate --show` makes one.", appKey)
	}

	found, err := openLaravel(app, manifest, settings)
	if err != nil {
		return Plan{}, false, err
	}

	plan, err := found.plan(settings)

	return plan, err == nil, err
}

// laravelApp is what is known of an app.
type laravelApp struct {
	app       source
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

func openLaravel(app source, manifest composerManifest, settings Settings) (*laravelApp, error) {
	lock, err := readComposerLock(app)
	if err != nil {
		return nil, err
	}

	if err := checkComposerLock(lock, manifest); err != nil {
		return nil, err
	}

	found := &laravelApp{app: app, framework: lock.versionOf(laravelPackage)}
	requirements := platform(manifest, lock)

	if found.php, found.because, err = choosePHP(requirements, lock, settings.BaseImages[runtimePHP]); err != nil {
		return nil, err
	}

	if found.extensions, err = extensionPackages(requirements); err != nil {
		return nil, err
	}

	if found.packages, err = localPackages(app, manifest, lock); err != nil {
		return nil, err
	}

	found.assets, err = openLaravelAssets(app, settings)

	return found, err
}

func (l *laravelApp) plan(settings Settings) (Plan, error) {
	port, portReason := choosePort(settings.Port)
	known := append(slices.Clone(settings.Variables), settings.BuildVariables...)

	plan := Plan{
		Framework: FrameworkLaravel, Versions: map[string]string{"laravel": l.framework, "php": l.php}, Port: port,
		Arguments: []string{}, Secrets: []string{}, Dockerignore: unlessPresent(l.app, laravelDockerignore(l.assets)),
		HealthPath: l.healthPath(), ReleaseCommand: "php artisan migrate --force",
	}

	if slices.Contains(known, composerAuth) {
		plan.Secrets = append(plan.Secrets, composerAuth)
	}

	phpReason := fmt.Sprintf("PHP %s: %s.", l.php, l.because)
	plan.Missing = settings.BaseImages[runtimePHP].missing(l.php, phpReason)

	sentences := []string{
		fmt.Sprintf("composer.json requires laravel/framework, which is locked at %s, and nginx serves it with php-fpm.", l.framework),
		phpReason, portReason,
	}

	buildSecrets := lo.Uniq(lo.Without(settings.BuildVariables, l.public()...))
	slices.Sort(buildSecrets)

	dockerfile := l.dockerfile(settings, port)
	dockerfile.ComposerSecrets = secretMounts(plan.Secrets)
	dockerfile.BuildSecrets = secretMounts(buildSecrets)
	plan.Secrets = append(plan.Secrets, buildSecrets...)

	if l.assets != nil {
		sentences = append(sentences, l.assets.reason())

		if err := l.assets.complete(&plan, dockerfile); err != nil {
			return Plan{}, err
		}
	} else if isFile(l.app, manifestName) {
		sentences = append(sentences, "No assets are built, as package.json lacks a build script with Vite: public is served as it is.")
	}

	plan.Reason = strings.Join(sentences, " ")
	plan.Secrets = lo.Uniq(plan.Secrets)
	slices.Sort(plan.Secrets)
	plan.Dockerfile = render(laravelTemplates, "laravel.Dockerfile.tmpl", dockerfile)

	return plan, nil
}

// healthPath is where the framework answers; empty where the app does not turn that on.
func (l *laravelApp) healthPath() string {
	content, err := readBounded(l.app, "bootstrap/app.php")
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

	return l.assets.project.publicVariables("VITE_")
}
