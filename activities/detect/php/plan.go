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
)

var (
	// laravelHealth matches the option of bootstrap/app.php that turns on a health route, since Laravel 11.
	laravelHealth = regexp.MustCompile(`\bhealth\s*:\s*['"](/[A-Za-z0-9._/-]*)['"]`)
	// servesByPHP matches the commands of a Procfile that nginx and php-fpm stand in for.
	servesByPHP = regexp.MustCompile(`heroku-php-|artisan\s+serve|\bphp\s+-S\b`)
	// phpComment matches lines of comments.
	phpComment = regexp.MustCompile(`(?m)^\s*(?://|#|/?\*).*$`)
)

func (l *laravelApp) plan(settings buildplan.Settings) (buildplan.Plan, error) {
	port, portReason := buildplan.ChoosePort(settings.Port)
	known := append(slices.Clone(settings.Variables), settings.BuildVariables...)

	plan := buildplan.Plan{
		Framework: buildplan.FrameworkLaravel, Versions: map[string]string{"laravel": l.framework, "php": l.php.Version}, Port: port,
		Arguments: []string{}, Secrets: []string{}, Dockerignore: source.GeneratedDockerignore(l.tree, laravelDockerignore(l.assets)),
		HealthPath: l.healthPath(), ReleaseCommand: lo.CoalesceOrEmpty(source.Procfile(l.tree, "release"), "php artisan migrate --force"),
	}

	if slices.Contains(known, composerAuth) {
		plan.Secrets = append(plan.Secrets, composerAuth)
	}

	phpReason := fmt.Sprintf("PHP %s: %s.", l.php.Version, l.php.because)
	plan.Missing = settings.BaseImages[buildplan.RuntimePHP].Missing(l.php.Image, phpReason)

	if l.official != nil {
		plan.Missing[composerImage] = buildplan.NoImage(phpReason, composerImage) + "Ask for another version of PHP, or add a Dockerfile."
	}

	sentences := []string{
		fmt.Sprintf("composer.json requires laravel/framework, which is locked at %s, and nginx serves it with php-fpm.", l.framework),
		phpReason, portReason,
	}

	if web := source.Procfile(l.tree, "web"); web != "" && !servesByPHP.MatchString(web) {
		sentences = append(sentences, fmt.Sprintf("The web line of Procfile, `%s`, is not used: to start the app by it, bring a Dockerfile.", web))
	}

	buildSecrets := lo.Uniq(lo.Without(settings.BuildVariables, l.public()...))
	slices.Sort(buildSecrets)

	dockerfile := l.dockerfile(port)
	dockerfile.ComposerSecrets = buildplan.SecretMounts(plan.Secrets)
	dockerfile.BuildSecrets = buildplan.SecretMounts(buildSecrets)
	plan.Secrets = append(plan.Secrets, buildSecrets...)

	if l.assets != nil {
		sentences = append(sentences, l.assets.reason())

		if err := l.assets.complete(&plan, dockerfile); err != nil {
			return buildplan.Plan{}, err
		}
	} else if source.IsFile(l.tree, packagejson.FileName) {
		sentences = append(sentences, "No assets are built, as package.json lacks a build script with Vite or Mix: public is served as it is.")
	}

	plan.Reason = strings.Join(sentences, " ")
	plan.Secrets = lo.Uniq(plan.Secrets)
	slices.Sort(plan.Secrets)
	plan.Dockerfile = buildplan.Render(templates, "laravel.Dockerfile.tmpl", dockerfile)

	return plan, nil
}

// healthPath is the path of the health route; empty where the app does not turn it on.
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

// public are the names of the variables that become part of the assets.
func (l *laravelApp) public() []string {
	if l.assets == nil {
		return nil
	}

	return l.assets.app.PublicVariables("VITE_", "MIX_")
}
