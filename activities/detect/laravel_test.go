package detect

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// newLaravel returns the files of an app, with what is given over them. An empty content takes a file away.
func newLaravel(changes map[string]string) map[string]string {
	files := map[string]string{
		"artisan":           "#!/usr/bin/env php\n",
		"composer.json":     `{"require":{"php":"^8.2","laravel/framework":"^12.0"}}`,
		"composer.lock":     `{"packages":[{"name":"laravel/framework","version":"v12.10.1","require":{"php":"^8.2","ext-mbstring":"*","ext-openssl":"*"}}],"platform":{"php":"^8.2"},"platform-overrides":[]}`,
		"bootstrap/app.php": "<?php\nreturn Application::configure()->withRouting(\n    web: 'web.php',\n    health: '/up',\n)->create();\n",
	}
	maps.Copy(files, changes)
	maps.DeleteFunc(files, func(_, content string) bool { return content == "" })

	return files
}

const (
	viteManifest = `{"private":true,"scripts":{"build":"vite build"},"devDependencies":{"laravel-vite-plugin":"^2.0.0","vite":"^7.0.0"}}`
	viteLock     = `{"lockfileVersion":3,"packages":{"":{"devDependencies":{"laravel-vite-plugin":"^2.0.0","vite":"^7.0.0"}},` +
		`"node_modules/laravel-vite-plugin":{"version":"2.0.0"},"node_modules/vite":{"version":"7.1.0"}}}`
)

func TestLaravel_Plan(t *testing.T) {
	t.Parallel()

	plan, err := Detect(newTree(t, newLaravel(nil)), Settings{Variables: []string{"APP_KEY"}})
	require.NoError(t, err)
	requireGolden(t, "laravel.Dockerfile", plan.Dockerfile)
	require.NotContains(t, plan.Dockerignore, "public/build")

	plan.Dockerfile, plan.Dockerignore, plan.Missing = "", "", nil
	require.Equal(t, Plan{
		Framework: FrameworkLaravel, Versions: map[string]string{"laravel": "12.10.1", "php": "8.4"}, Port: 8080,
		Reason: "composer.json requires laravel/framework, which is locked at 12.10.1, and nginx serves it with php-fpm. " +
			"PHP 8.4: composer.json requires php ^8.2. It listens on PORT, which is 8080.",
		Arguments: []string{}, Secrets: []string{}, HealthPath: "/up", ReleaseCommand: "php artisan migrate --force",
	}, plan)
}

func TestLaravel_WithAssetsVariablesAndPackagesOfItsOwn(t *testing.T) {
	t.Parallel()

	plan, err := Detect(newTree(t, newLaravel(map[string]string{
		"package.json": viteManifest, "package-lock.json": viteLock, "auth.json": "{}", "database/migrations/x.php": "<?php", "packages/a/composer.json": "{}",
		"composer.lock": linkedLock("./packages/a", ""),
		"composer.json": `{"require":{"php":"~8.2.0","laravel/framework":"^12.0"},"repositories":[{"type":"path","url":"packages/*"},{"packagist.org":false}]}`,
	})), Settings{
		Port: 3000, Variables: []string{"APP_KEY", "COMPOSER_AUTH", "VITE_APP_NAME", "DB_PASSWORD"}, BuildVariables: []string{"SENTRY_AUTH_TOKEN"},
	})
	require.NoError(t, err)
	requireGolden(t, "laravel_assets.Dockerfile", plan.Dockerfile)

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

	manifest := strings.Replace(viteManifest, `"vite":`, `"@laravel/vite-plugin-wayfinder":"^1.0.0","vite":`, 1)
	lock := strings.Replace(viteLock, `"vite":`, `"@laravel/vite-plugin-wayfinder":"^1.0.0","vite":`, 1)
	lock = strings.Replace(lock, `"node_modules/vite"`, `"node_modules/@laravel/vite-plugin-wayfinder":{"version":"1.0.0"},"node_modules/vite"`, 1)

	plan, err := Detect(newTree(t, newLaravel(map[string]string{
		"package.json": manifest, "package-lock.json": lock, "vite.config.ts": "laravel({ buildDirectory: 'bundle' })",
	})), Settings{})
	require.NoError(t, err)
	require.Contains(t, plan.Dockerfile, "FROM build AS assets\n")
	require.Contains(t, plan.Dockerfile, "COPY --from=assets /output/assets ./public/bundle\n")
	require.Contains(t, plan.Dockerfile, "/bundle/assets/")
}

func TestLaravel_WithoutABuildByVite_SaysThatNoAssetsAreBuilt(t *testing.T) {
	t.Parallel()

	plan, err := Detect(newTree(t, newLaravel(map[string]string{"package.json": `{"scripts":{"production":"mix --production"}}`})), Settings{})
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

			plan, err := Detect(newTree(t, newLaravel(map[string]string{"composer.json": test.composer, "composer.lock": test.lock})), Settings{})
			require.NoError(t, err)
			require.Equal(t, test.want, plan.Versions["php"])
			require.Contains(t, plan.Reason, test.because)
		})
	}
}

func TestLaravel_Extensions_BecomePackages(t *testing.T) {
	t.Parallel()

	plan, err := Detect(newTree(t, newLaravel(map[string]string{
		"composer.json": `{"require":{"php":"^8.2","ext-yac":"*","ext-pdo_mysql":"*","ext-dom":"*","ext-Imagick":"*","ext-json":"*","laravel/framework":"*"}}`,
		"composer.lock": `{"packages":[{"name":"laravel/framework","version":"v12.0.0"},{"name":"a/b","version":"1","require":{"ext-gd":"*","lib-icu":"*","composer-runtime-api":"^2.2"}}],"platform":[]}`,
	})), Settings{})
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
		plan, err := Detect(newTree(t, newLaravel(map[string]string{"bootstrap/app.php": content})), Settings{})
		require.NoError(t, err)
		require.Equal(t, want, plan.HealthPath)
	}
}

func TestLaravel_ExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()

	lock := `{"packages":[{"name":"laravel/framework","version":"v12.0.0"}]}`

	for name, test := range map[string]struct {
		files    map[string]string
		settings Settings
		words    []string
	}{
		"no key":            {nil, Settings{Variables: []string{}}, []string{"APP_KEY", "php artisan key:generate --show"}},
		"no lock":           {map[string]string{"composer.lock": ""}, Settings{}, []string{"There is no composer.lock", "Run composer update and commit composer.lock."}},
		"lock is no JSON":   {map[string]string{"composer.lock": "<<<<<<< HEAD"}, Settings{}, []string{"composer.lock cannot be read: invalid character '<'"}},
		"manifest is none":  {map[string]string{"composer.json": "{,}"}, Settings{}, []string{"composer.json cannot be read"}},
		"lock out of step":  {map[string]string{"composer.json": `{"require":{"laravel/framework":"*","laravel/sanctum":"^4.0"}}`}, Settings{}, []string{"composer.json requires laravel/sanctum, which composer.lock does not have"}},
		"no such PHP":       {map[string]string{"composer.json": `{"require":{"php":"~8.3.0","laravel/framework":"*"}}`}, Settings{}, []string{"composer.json requires php ~8.3.0, but only PHP 8.2 or 8.4 is to be had here. Correct composer.json, run composer update"}},
		"no PHP for all":    {map[string]string{"composer.json": `{"require":{"php":"^8.4","laravel/framework":"*"}}`, "composer.lock": strings.Replace(lock, `}]`, `},{"name":"a/b","version":"1.0.0","require":{"php":"<8.4"}}]`, 1)}, Settings{}, []string{"composer.json requires php ^8.4, and a/b requires php <8.4, but only"}},
		"package's PHP":     {map[string]string{"composer.json": `{"require":{"laravel/framework":"*"}}`, "composer.lock": strings.Replace(lock, `}]`, `},{"name":"a/b","version":"1.0.0","require":{"php":"~8.3.0"}}]`, 1)}, Settings{}, []string{"a/b requires php ~8.3.0, but only PHP 8.2 or 8.4", "Run composer update with one of these"}},
		"packaged nowhere":  {map[string]string{"composer.json": `{"require":{"php":"^8.3","ext-imap":"*","laravel/framework":"*"}}`}, Settings{}, []string{"composer.json requires php ^8.3, and composer.json requires ext-imap, of which Debian has no package for PHP 8.4, but only"}},
		"no constraint":     {map[string]string{"composer.json": `{"require":{"php":"new","laravel/framework":"*"}}`}, Settings{}, []string{"composer.json requires php new, which is not a version constraint"}},
		"unknown extension": {map[string]string{"composer.json": `{"require":{"ext-swoole":"*","laravel/framework":"*"}}`}, Settings{}, []string{"composer.json requires ext-swoole *, an extension that is not to be had"}},
		"packages outside":  {map[string]string{"composer.lock": linkedLock("../packages/a", "")}, Settings{}, []string{`composer.lock takes acme/a from "../packages/a", which is not a directory of the app`}},
		"packages anywhere": {map[string]string{"composer.json": `{"require":{"laravel/framework":"*"},"repositories":[{"type":"artifact","url":"."}]}`}, Settings{}, []string{`".", which is not a directory of the app`}},
		"package missing":   {map[string]string{"composer.lock": linkedLock("packages/a", "")}, Settings{}, []string{`takes acme/a from "packages/a", and there is no packages/a. Commit it`}},
		"package's name":    {map[string]string{"composer.lock": linkedLock("my packages/a", ""), "my packages/a/composer.json": "{}"}, Settings{}, []string{"cannot be named in a Dockerfile"}},
		"packages missing":  {map[string]string{"composer.json": `{"require":{"laravel/framework":"*"},"repositories":[{"type":"artifact","url":"./zips"}]}`}, Settings{}, []string{"there is no zips"}},
		"two JS lockfiles":  {map[string]string{"package.json": viteManifest, "package-lock.json": viteLock, "yarn.lock": "x", "composer.lock": lock}, Settings{}, []string{"lockfiles of several package managers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := Detect(newTree(t, newLaravel(test.files)), test.settings)
			requireUsers(t, err, test.words...)
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
		plan, err := Detect(newTree(t, newLaravel(map[string]string{
			"composer.lock": linkedLock("packages/a/", more), "packages/a/composer.json": "{}", "zips/x.zip": "x",
			"composer.json": `{"require":{"laravel/framework":"*"},"repositories":[{"type":"path","url":"../elsewhere/*"},{"type":"artifact","url":"./zips/"}]}`,
		})), Settings{})
		require.NoError(t, err, more)
		require.Contains(t, plan.Dockerfile, "COPY --parents composer.json composer.lock"+want+"zips ./\n", more)
	}
}

func TestLaravel_ReplacedPackages_AreInTheLock(t *testing.T) {
	t.Parallel()

	_, err := Detect(newTree(t, newLaravel(map[string]string{
		"composer.json": `{"require":{"laravel/framework":"*","illuminate/support":"*","psr/log-implementation":"*"}}`,
		"composer.lock": `{"packages":[{"name":"laravel/framework","version":"v12.0.0","replace":{"illuminate/support":"self.version"},"provide":{"psr/log-implementation":"3.0"}}]}`,
	})), Settings{})
	require.NoError(t, err)
}

func TestLaravel_WhatIsNotAnApp_IsLeftToOthers(t *testing.T) {
	t.Parallel()

	for name, files := range map[string]map[string]string{
		"a package for Laravel": newLaravel(map[string]string{"artisan": "", "index.html": "x"}),
		"another framework":     newLaravel(map[string]string{"composer.json": `{"require":{"symfony/console":"*"}}`, "index.html": "x"}),
	} {
		plan, err := Detect(newTree(t, files), Settings{})
		require.NoError(t, err, name)
		require.Equal(t, FrameworkStatic, plan.Framework, name)
	}
}

func TestExplain_WhatComposerAndLaravelSay(t *testing.T) {
	t.Parallel()

	for output, words := range map[string]string{
		"- Required package \"laravel/sanctum\" is not present in the lock file.\nThis usually happens when":                                           "as laravel/sanctum shows",
		"- Required package \"a/b\" is in the lock file as \"1.0.0\" but that does not satisfy your constraint \"^2.0\".":                              "as a/b shows",
		"Your lock file does not contain a compatible set of packages.\n  Problem 1\n    - a/b 1.2.3 requires ext-ffmpeg * -> it is missing from your": "a/b requires PHP's extension ext-ffmpeg",
		"    - a/b v1.2.3 requires php ~8.1.0 -> your php version (8.4.28) does not satisfy that requirement.":                                         "a/b requires PHP ~8.1.0, and the app is built with 8.4.28",
		"Your requirements could not be resolved to an installable set of packages.":                                                                   "composer.lock names",
		"The checksum verification of the file failed (downloaded from artifacts/x.zip)":                                                               "artifacts/x.zip is not what",
		"The 'https://nova.laravel.com/dist' URL required authentication (HTTP 401).\nYou must be using the interactive console":                       "sign in to https://nova.laravel.com/dist",
		"Could not authenticate against repo.example.com":                                                                                              "sign in to repo.example.com",
		"Vite manifest not found at: /app/public/build/manifest.json":                                                                                  "there is no /app/public/build/manifest.json",
		"Could not scan for classes inside \"database/seeds\" which does not appear":                                                                   "names database/seeds",
		"PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried":                                                                    "134217728 bytes",
		"SQLSTATE[HY000] [2002] Connection refused (Connection: mysql":                                                                                 "SQLSTATE[HY000]",
		"Script @php artisan package:discover --ansi handling the post-autoload-dump event returned with error code 1":                                 "`@php artisan package:discover --ansi` fails, which post-autoload-dump in composer.json runs, as the log shows.",

		"    - Root composer.json requires php ~8.2.0 but your php version (8.4.27) does not satisfy that requirement.": "composer.json requires PHP ~8.2.0, and the app is built with 8.4.27",
		"E: Unable to locate package php8.3-redis":                                                               "no package of the extension redis for PHP 8.3",
		"  acme/p contains a Composer plugin which is blocked by your allow-plugins config. You may":             "Run composer config allow-plugins.acme/p true",
		"  Source path \"packages/p\" is not found for package acme/p  ":                                         "composer.lock takes acme/p from packages/p",
		"  COMPOSER_AUTH environment variable is malformed, should be a valid JSON object  ":                     "COMPOSER_AUTH is not JSON",
		"  The 'http://127.0.0.1:8099/403/a.zip' URL could not be accessed (HTTP 403): HTTP/1.1 403 Forbidden  ": "sign in to http://127.0.0.1:8099/403/a.zip.",
		"  The \"http://127.0.0.1:8099/404/a.zip\" file could not be downloaded (HTTP/1.1 404 Not Found)  ":      "does not find http://127.0.0.1:8099/404/a.zip. If it is private",
		"  Failed to execute git clone --mirror -- http://127.0.0.1:8099/401/x.git /var/cache  \n  Cloning into bare repository '/var/cache'...  \n  fatal: Authentication failed for 'http://127.0.0.1:8099/401/x.git/'  ":       "sign in to http://127.0.0.1:8099/401/x.git/.",
		"  Failed to execute git clone --mirror -- git@127.0.0.1:acme/x.git /var/cache/composer/vcs/x.git/  \n  Cloning into 'x'...  \n  error: cannot run ssh: No such file or directory  ":                                      "a package from git@127.0.0.1:acme/x.git over SSH",
		"  require(/app/vendor/composer/../../app/helpers.php): Failed to open stream: No such file or directory  ":                                                                                                               "autoload in composer.json names app/helpers.php",
		"  Database file at path [/app/database/database.sqlite] does not exist. Ensure this is an absolute":                                                                                                                      "(Database file at path [/app/database/database.sqlite] does not exist), when there is none",
		"  Class \"Barryvdh\\Debugbar\\ServiceProvider\" not found  \n                 \nScript @php artisan package:discover --ansi handling the post-autoload-dump event returned with error code 1":                            "class Barryvdh\\Debugbar\\ServiceProvider, which is not installed: packages of require-dev",
		"  Class \"App\\Providers\\AppServiceProvider\" not found  \n":                                                                                                                                                            "no class App\\Providers\\AppServiceProvider where it has to be",
		"sh: 1: captainhook: not found\nScript captainhook install -f handling the post-autoload-dump event returned with error code 127":                                                                                         "there is no program captainhook",
		"  ERROR  There are no commands defined in the \"ide-helper\" namespace.  \n\nScript @php artisan ide-helper:generate handling the post-autoload-dump event returned with error code 1":                                   "post-autoload-dump in composer.json runs `@php artisan ide-helper:generate`, which there is no command ide-helper for",
		"  ERROR  Command \"route:generate\" is not defined. Did you mean one of these?  \n\n  key:generate  \n\nScript @php artisan route:generate handling the post-autoload-dump event returned with error code 1":             "which there is no command route:generate for",
		"In web.php line 20:\n                  \n  syntax error, unexpected end of file, expecting \"(\"  \n     \n\nScript @php artisan package:discover":                                                                       "PHP cannot read web.php, line 20: syntax error, unexpected end of file",
		"In AppServiceProvider.php line 14:\n               \n  The variable STRIPE_KEY is not set.  \n         \n\nScript @php artisan package:discover --ansi handling the post-autoload-dump event returned with error code 1": "`php artisan package:discover` ends with \"The variable STRIPE_KEY is not set\" (AppServiceProvider.php, line 14). It has to work without",
	} {
		sentence, ok := Explain(output)
		require.True(t, ok, output)
		require.Contains(t, sentence, words)
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
		plan, err := Detect(newTree(t, newLaravel(test.files)), Settings{})
		require.NoError(t, err)
		require.Contains(t, plan.Dockerfile, test.words, name)
	}

	plan, err := Detect(newTree(t, newLaravel(nil)), Settings{})
	require.NoError(t, err)
	require.NotContains(t, plan.Dockerfile, "DB_CONNECTION")
}
