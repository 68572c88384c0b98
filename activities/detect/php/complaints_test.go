package php

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/complaint"
)

func TestComplaints_OfComposerAndLaravel_SayWhatToChange(t *testing.T) {
	t.Parallel()

	for output, words := range map[string]string{
		"- Required package \"laravel/sanctum\" is not present in the lock file.\nThis usually happens when":                                           "as laravel/sanctum shows",
		"- Required package \"a/b\" is in the lock file as \"1.0.0\" but that does not satisfy your constraint \"^2.0\".":                              "as a/b shows",
		"Your lock file does not contain a compatible set of packages.\n  Problem 1\n    - a/b 1.2.3 requires ext-ffmpeg * -> it is missing from your": "a/b requires PHP's extension ext-ffmpeg",
		"    - a/b v1.2.3 requires php ~8.1.0 -> your php version (8.4.28) does not satisfy that requirement.":                                         "a/b requires PHP ~8.1.0, and the app is built with 8.4.28",
		"\"./composer.json\" does not contain valid JSON  \nBOM detected, make sure your input does not include a Unicode Byte-Order-Mark":             "composer.json begins with a byte order mark",
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
		sentence, ok := complaint.Explain(slices.Concat(ScriptComplaints(), Complaints()), output)
		require.True(t, ok, output)
		require.Contains(t, sentence, words)
	}
}
