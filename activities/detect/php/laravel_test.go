package php

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

var detectors = detecttest.Detectors{Detect}

func TestLaravel_Plan(t *testing.T) {
	t.Parallel()

	plan, err := detectors.Detect(t, detecttest.NewLaravel(nil), buildplan.Settings{Variables: []string{"APP_KEY"}})
	require.NoError(t, err)
	detecttest.RequireGolden(t, "laravel.Dockerfile", plan.Dockerfile)
	require.NotContains(t, plan.Dockerignore, "public/build")

	plan.Dockerfile, plan.Dockerignore, plan.Missing = "", "", nil
	require.Equal(t, buildplan.Plan{
		Framework: buildplan.FrameworkLaravel, Versions: map[string]string{"laravel": "12.10.1", "php": "8.4"}, Port: 8080,
		Reason: "composer.json requires laravel/framework, which is locked at 12.10.1, and nginx serves it with php-fpm. " +
			"PHP 8.4: composer.json requires php ^8.2. It listens on PORT, which is 8080.",
		Arguments: []string{}, Secrets: []string{}, HealthPath: "/up", ReleaseCommand: "php artisan migrate --force",
	}, plan)
}

func TestLaravel_WithAssetsVariablesAndPackagesOfItsOwn(t *testing.T) {
	t.Parallel()

	plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{
		"package.json": detecttest.ViteManifest, "package-lock.json": detecttest.ViteLock, "auth.json": "{}", "database/migrations/x.php": "<?php", "packages/a/composer.json": "{}",
		"composer.lock": linkedLock("./packages/a", ""),
		"composer.json": `{"require":{"php":"~8.2.0","laravel/framework":"^12.0"},"repositories":[{"type":"path","url":"packages/*"},{"packagist.org":false}]}`,
	}), buildplan.Settings{
		Port: 3000, Variables: []string{"APP_KEY", "COMPOSER_AUTH", "VITE_APP_NAME", "DB_PASSWORD"}, BuildVariables: []string{"SENTRY_AUTH_TOKEN"},
	})
	require.NoError(t, err)
	detecttest.RequireGolden(t, "laravel_assets.Dockerfile", plan.Dockerfile)

	require.Equal(t, "8.2", plan.Versions["php"])
	require.Contains(t, plan.Dockerfile, "FROM docker.io/library/debian:bookworm-slim AS php")
	require.Contains(t, plan.Versions, "node")
	require.Equal(t, []string{"VITE_APP_NAME"}, plan.Arguments)
	require.Equal(t, []string{"COMPOSER_AUTH", "SENTRY_AUTH_TOKEN"}, plan.Secrets)
	require.Contains(t, plan.Dockerignore, "public/build\n")
	require.Contains(t, plan.Reason, "Its assets are built with Vite.")

	// Each secret is seen by the instructions that need it, and by no other.
	for line := range strings.Lines(plan.Dockerfile) {
		require.NotContains(t, line, "DB_PASSWORD")

		if strings.Contains(line, "npm ci") || strings.Contains(line, "apt-get") {
			require.NotContains(t, line, "type=secret")
		}
	}
}

func TestLaravel_AssetsThatAskTheApp_AreBuiltWithPHP(t *testing.T) {
	t.Parallel()

	manifest := strings.Replace(detecttest.ViteManifest, `"vite":`, `"@laravel/vite-plugin-wayfinder":"^1.0.0","vite":`, 1)
	lock := strings.Replace(detecttest.ViteLock, `"vite":`, `"@laravel/vite-plugin-wayfinder":"^1.0.0","vite":`, 1)
	lock = strings.Replace(lock, `"node_modules/vite"`, `"node_modules/@laravel/vite-plugin-wayfinder":{"version":"1.0.0"},"node_modules/vite"`, 1)

	plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{
		"package.json": manifest, "package-lock.json": lock, "vite.config.ts": "import laravel from 'laravel-vite-plugin'; export default { plugins: [laravel({ buildDirectory: 'bundle' })] }",
	}), buildplan.Settings{})
	require.NoError(t, err)
	require.Contains(t, plan.Dockerfile, "FROM build AS assets\n")
	require.Contains(t, plan.Dockerfile, "COPY --from=assets /output/assets ./public/bundle\n")
	require.Contains(t, plan.Dockerfile, "/bundle/assets/")
}

func TestLaravel_WithoutABuildByVite_SaysThatNoAssetsAreBuilt(t *testing.T) {
	t.Parallel()

	plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{"package.json": `{"scripts":{"production":"mix --production"}}`}), buildplan.Settings{})
	require.NoError(t, err)
	require.NotContains(t, plan.Versions, "node")
	require.Contains(t, plan.Reason, "No assets are built, as package.json lacks a build script with Vite")
}

func TestLaravel_VersionOfPHP(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ composer, lock, want, because string }{
		"nothing asked for": {
			`{"require":{"laravel/framework":"*"}}`, `{"packages":[{"name":"laravel/framework","version":"v10.0.0"}]}`,
			"8.4", "PHP 8.4: the default, as nothing asks for a version.",
		},
		"a package is narrower than the app": {
			`{"require":{"php":"^8.1","laravel/framework":"*"}}`,
			`{"packages":[{"name":"laravel/framework","version":"v10.0.0"},{"name":"a/b","version":"1.0.0","require":{"php":"~8.1.0 || ~8.2.0"}}]}`,
			"8.2", "PHP 8.2: composer.json requires php ^8.1; not 8.4, as a/b requires php ~8.1.0 || ~8.2.0.",
		},
		"the version that the lock was made for": {
			`{"require":{"php":"^8.1","laravel/framework":"*"}}`,
			`{"packages":[{"name":"laravel/framework","version":"v10.0.0"}],"platform":{"php":"^8.1"},"platform-overrides":{"php":"8.2.7"}}`,
			"8.2", "PHP 8.2: the version in config.platform of composer.json.",
		},
		"an extension that Debian has for one version only": {
			`{"require":{"php":"^8.1","laravel/framework":"*"}}`,
			`{"packages":[{"name":"laravel/framework","version":"v10.0.0"},{"name":"a/imap","version":"1.0.0","require":{"ext-imap":"*"}}]}`,
			"8.2", "PHP 8.2: composer.json requires php ^8.1; not 8.4, as a/imap requires ext-imap, of which Debian has no package for PHP 8.4.",
		},
		"that version is not in the table": {
			`{"require":{"php":"^8.1","laravel/framework":"*"}}`,
			`{"packages":[{"name":"laravel/framework","version":"v10.0.0"}],"platform-overrides":{"php":"8.1.0"}}`,
			"8.4", "PHP 8.4: composer.json requires php ^8.1.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{"composer.json": test.composer, "composer.lock": test.lock}), buildplan.Settings{})
			require.NoError(t, err)
			require.Equal(t, test.want, plan.Versions["php"])
			require.Contains(t, plan.Reason, test.because)
		})
	}
}

func TestLaravel_Extensions_BecomePackages(t *testing.T) {
	t.Parallel()

	plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{
		"composer.json": `{"require":{"php":"^8.2","ext-yac":"*","ext-pdo_mysql":"*","ext-dom":"*","ext-Imagick":"*","ext-json":"*","laravel/framework":"*"}}`,
		"composer.lock": `{"packages":[{"name":"laravel/framework","version":"v12.0.0"},{"name":"a/b","version":"1","require":{"ext-gd":"*","lib-icu":"*","composer-runtime-api":"^2.2"}}],"platform":[]}`,
	}), buildplan.Settings{})
	require.NoError(t, err)
	require.Contains(t, plan.Dockerfile, " php8.4-cli php8.4-fpm php8.4-curl php8.4-gd php8.4-imagick php8.4-mbstring php8.4-mysql php8.4-pgsql php8.4-redis php8.4-sqlite3 php8.4-xml php8.4-yac\n")
}

func TestLaravel_HealthPath_IsOnlyKnownWhereTheAppTurnsItOn(t *testing.T) {
	t.Parallel()

	for content, want := range map[string]string{
		`<?php Application::configure()->withRouting(health: "/health/live")`:                         "/health/live",
		`<?php $app = new Application();`:                                                             "",
		"<?php Application::configure()->withRouting(\n    web: 'web.php',\n    // health: '/up',\n)": "",
	} {
		plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{"bootstrap/app.php": content}), buildplan.Settings{})
		require.NoError(t, err)
		require.Equal(t, want, plan.HealthPath)
	}
}

func TestLaravel_ExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()

	lock := `{"packages":[{"name":"laravel/framework","version":"v12.0.0"}]}`

	for name, test := range map[string]struct {
		files    map[string]string
		settings buildplan.Settings
		words    []string
	}{
		"no key":            {nil, buildplan.Settings{Variables: []string{}}, []string{"APP_KEY", "php artisan key:generate --show"}},
		"no lock":           {map[string]string{"composer.lock": ""}, buildplan.Settings{}, []string{"There is no composer.lock", "Run composer update and commit composer.lock."}},
		"lock is no JSON":   {map[string]string{"composer.lock": "<<<<<<< HEAD"}, buildplan.Settings{}, []string{"composer.lock cannot be read: invalid character '<'"}},
		"manifest is none":  {map[string]string{"composer.json": "{,}"}, buildplan.Settings{}, []string{"composer.json cannot be read"}},
		"lock out of step":  {map[string]string{"composer.json": `{"require":{"laravel/framework":"*","laravel/sanctum":"^4.0"}}`}, buildplan.Settings{}, []string{"composer.json requires laravel/sanctum, which composer.lock does not have"}},
		"no such PHP":       {map[string]string{"composer.json": `{"require":{"php":"~8.3.0","laravel/framework":"*"}}`}, buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without("docker.io/library/php:8.3-fpm", "docker.io/library/php:8.3.0-fpm")}, []string{"composer.json requires php ~8.3.0, but only PHP 8.2 or 8.4 is to be had here, as the registry has no image php:8.3.0-fpm. Correct composer.json, run composer update"}},
		"no PHP for all":    {map[string]string{"composer.json": `{"require":{"php":"^8.4","laravel/framework":"*"}}`, "composer.lock": strings.Replace(lock, `}]`, `},{"name":"a/b","version":"1.0.0","require":{"php":"<8.4"}}]`, 1)}, buildplan.Settings{}, []string{"composer.json requires php ^8.4, and a/b requires php <8.4, but only"}},
		"package's PHP":     {map[string]string{"composer.json": `{"require":{"laravel/framework":"*"}}`, "composer.lock": strings.Replace(lock, `}]`, `},{"name":"a/b","version":"1.0.0","require":{"php":"~8.3.0"}}]`, 1)}, buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without("docker.io/library/php:8.3-fpm", "docker.io/library/php:8.3.0-fpm")}, []string{"a/b requires php ~8.3.0, but only PHP 8.2 or 8.4", "Run composer update with one of these"}},
		"packaged nowhere":  {map[string]string{"composer.json": `{"require":{"php":"^8.3","ext-imap":"*","laravel/framework":"*"}}`}, buildplan.Settings{}, []string{"composer.json requires php ^8.3, and composer.json requires ext-imap, of which Debian has no package for PHP 8.4, but only"}},
		"no constraint":     {map[string]string{"composer.json": `{"require":{"php":"new","laravel/framework":"*"}}`}, buildplan.Settings{}, []string{"composer.json requires php new, which is not a version constraint"}},
		"unknown extension": {map[string]string{"composer.json": `{"require":{"ext-swoole":"*","laravel/framework":"*"}}`}, buildplan.Settings{}, []string{"composer.json requires ext-swoole *, an extension that is not to be had"}},
		"packages outside":  {map[string]string{"composer.lock": linkedLock("../packages/a", "")}, buildplan.Settings{}, []string{`composer.lock takes acme/a from "../packages/a", which is not a directory of the app`}},
		"packages anywhere": {map[string]string{"composer.json": `{"require":{"laravel/framework":"*"},"repositories":[{"type":"artifact","url":"."}]}`}, buildplan.Settings{}, []string{`".", which is not a directory of the app`}},
		"package missing":   {map[string]string{"composer.lock": linkedLock("packages/a", "")}, buildplan.Settings{}, []string{`takes acme/a from "packages/a", and there is no packages/a. Commit it`}},
		"package's name":    {map[string]string{"composer.lock": linkedLock("my packages/a", ""), "my packages/a/composer.json": "{}"}, buildplan.Settings{}, []string{"cannot be named in a Dockerfile"}},
		"packages missing":  {map[string]string{"composer.json": `{"require":{"laravel/framework":"*"},"repositories":[{"type":"artifact","url":"./zips"}]}`}, buildplan.Settings{}, []string{"there is no zips"}},
		"two JS lockfiles":  {map[string]string{"package.json": detecttest.ViteManifest, "package-lock.json": detecttest.ViteLock, "yarn.lock": "x", "composer.lock": lock}, buildplan.Settings{}, []string{"lockfiles of several package managers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := detectors.Detect(t, detecttest.NewLaravel(test.files), test.settings)
			detecttest.RequireUsers(t, err, test.words...)
		})
	}
}

// linkedLock has a package of a directory, with what else its entry says.
func linkedLock(directory, more string) string {
	return `{"packages":[{"name":"laravel/framework","version":"v12.0.0"},{"name":"acme/a","version":"dev-main","dist":{"type":"path","url":"` + directory + `"}` + more + `}]}`
}

func TestLaravel_PackagesOfTheSource_AreInstalledFromWhatComposerReads(t *testing.T) {
	t.Parallel()

	for more, want := range map[string]string{
		`,"transport-options":{"relative":true}`:                  " packages/a/composer.json ",
		`,"transport-options":[]`:                                 " packages/a/composer.json ",
		`,"transport-options":{"symlink":false,"relative":true}`:  " packages/a ",
		`,"transport-options":{"relative":true},"bin":["bin/a"]`:  " packages/a ",
		`,"type":"composer-plugin","transport-options":{}`:        " packages/a ",
		`,"type":"laravel-module","transport-options":{},"x":[1]`: " packages/a/composer.json ",
	} {
		plan, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{
			"composer.lock": linkedLock("packages/a/", more), "packages/a/composer.json": "{}", "zips/x.zip": "x",
			"composer.json": `{"require":{"laravel/framework":"*"},"repositories":[{"type":"path","url":"../elsewhere/*"},{"type":"artifact","url":"./zips/"}]}`,
		}), buildplan.Settings{})
		require.NoError(t, err, more)
		require.Contains(t, plan.Dockerfile, "COPY --parents composer.json composer.lock"+want+"zips ./\n", more)
	}
}

func TestLaravel_ReplacedPackages_AreInTheLock(t *testing.T) {
	t.Parallel()

	_, err := detectors.Detect(t, detecttest.NewLaravel(map[string]string{
		"composer.json": `{"require":{"laravel/framework":"*","illuminate/support":"*","psr/log-implementation":"*"}}`,
		"composer.lock": `{"packages":[{"name":"laravel/framework","version":"v12.0.0","replace":{"illuminate/support":"self.version"},"provide":{"psr/log-implementation":"3.0"}}]}`,
	}), buildplan.Settings{})
	require.NoError(t, err)
}

func TestLaravel_WhatIsNotAnApp_IsLeftToOthers(t *testing.T) {
	t.Parallel()

	for name, files := range map[string]map[string]string{
		"a package for Laravel": detecttest.NewLaravel(map[string]string{"artisan": "", "index.html": "x"}),
		"another framework":     detecttest.NewLaravel(map[string]string{"composer.json": `{"require":{"symfony/console":"*"}}`, "index.html": "x"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			detectors.RequireNotTaken(t, files, buildplan.Settings{})
		})
	}
}

func TestLaravel_DefaultDatabase_DecidesWhetherToMigrateAtTheStart(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files map[string]string
		words string
	}{
		"new app": {map[string]string{"database/migrations/x.php": "<?php"}, `"${DB_CONNECTION:-sqlite}" = sqlite`},
		"another in its configuration": {
			map[string]string{"database/migrations/x.php": "<?php", "config/database.php": "<?php return ['default' => env('DB_CONNECTION', 'pgsql')];"},
			`"${DB_CONNECTION:-pgsql}" = sqlite`,
		},
		"old app": {
			map[string]string{
				"database/migrations/x.php": "<?php", "composer.lock": `{"packages":[{"name":"laravel/framework","version":"v10.48.0"}]}`,
			},
			`"${DB_CONNECTION:-mysql}" = sqlite`,
		},
	} {
		plan, err := detectors.Detect(t, detecttest.NewLaravel(test.files), buildplan.Settings{})
		require.NoError(t, err)
		require.Contains(t, plan.Dockerfile, test.words, name)
	}

	plan, err := detectors.Detect(t, detecttest.NewLaravel(nil), buildplan.Settings{})
	require.NoError(t, err)
	require.NotContains(t, plan.Dockerfile, "DB_CONNECTION")
}
