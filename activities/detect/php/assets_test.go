package php

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestAssets_WhoseBuildRunsPHP_AreBuiltBesideIt(t *testing.T) {
	t.Parallel()

	manifest := func(scripts string) string {
		return `{"scripts":{` + scripts + `},"devDependencies":{"laravel-vite-plugin":"^2.0.0","vite":"^7.0.0"}}`
	}

	for name, test := range map[string]struct {
		scripts string
		files   map[string]string
		withPHP bool
	}{
		"artisan":                   {`"build":"php artisan ziggy:generate && vite build"`, nil, true},
		"artisan by itself":         {`"build":"./artisan ziggy:generate && vite build"`, nil, true},
		"before the build":          {`"prebuild":"php artisan typescript:transform","build":"vite build"`, nil, true},
		"by another script":         {`"build":"npm run routes && vite build","routes":"php artisan ziggy:generate"`, nil, true},
		"by scripts in a circle":    {`"build":"npm run a && vite build","a":"npm run build"`, nil, false},
		"by Vite":                   {`"build":"vite build"`, map[string]string{"vite.config.js": "run([{ name: 'routes', run: ['php', 'artisan', 'routes'] }])"}, true},
		"by Vite, in a function":    {`"build":"vite build"`, map[string]string{"vite.config.ts": "export default { plugins: [{ buildStart() { execSync(`php artisan ziggy:generate`) } }] }"}, true},
		"in a comment":              {`"build":"vite build"`, map[string]string{"vite.config.js": "// run php artisan serve beside\nexport default {}"}, false},
		"after a pattern of files":  {`"build":"vite build"`, map[string]string{"vite.config.js": "export default { plugins: [laravel({ refresh: ['app/**'] }), run('php artisan routes', ['app/**/*.php'])] }"}, true},
		"not at all":                {`"build":"vite build"`, nil, false},
		"only when it is developed": {`"build":"vite build","dev":"php artisan serve"`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			files := detecttest.With(detecttest.NewLaravel(map[string]string{"package.json": manifest(test.scripts)}), test.files)
			plan := detectors.RequirePlan(t, files, buildplan.Settings{})
			require.Equal(t, test.withPHP, strings.Contains(plan.Dockerfile, "FROM build AS assets\n"))
			require.Equal(t, test.withPHP, strings.Contains(plan.Reason, "with PHP beside"))
		})
	}
}

func TestAssets_OfVite_AreWhereItsConfigurationSays(t *testing.T) {
	t.Parallel()

	const imports = "import { defineConfig } from 'vite'; import laravel from 'laravel-vite-plugin'; import pwa from 'vite-plugin-pwa';\n"

	for config, directory := range map[string]string{
		"": "public/build",
		"export default defineConfig({ plugins: [laravel({ input: 'a.js' })] })":                                                        "public/build",
		"export default defineConfig({ plugins: [laravel(['a.js'])] })":                                                                 "public/build",
		"export default defineConfig({ plugins: [laravel({ buildDirectory: 'assets/v2' })] })":                                          "public/assets/v2",
		"const dir = 'dist'; export default defineConfig(({ mode }) => ({ plugins: [laravel({ buildDirectory: `${dir}-${mode}` })] }))": "public/dist-production",
		"export default defineConfig({ plugins: [pwa({ buildDirectory: 'pwa' }), laravel({ input: 'a.js' })] })":                        "public/build",
		"export default defineConfig({ /* buildDirectory: 'old' */ plugins: [laravel({ input: 'a.js' })] })":                            "public/build",
		"export default defineConfig({ plugins: [laravel({ buildDirectory: 'x' })], build: { outDir: 'public/bundle' } })":              "public/bundle",
		"export default defineConfig({ plugins: [laravel({ buildDirectory: process.env.TENANT ? 'a' : 'b' })] })":                       "public/b",
		"export default defineConfig({ plugins: [laravel({ buildDirectory: JSON.parse(readFileSync('x')).dir })] })":                    "public",
		"export default defineConfig({ plugins: [laravel({ publicDirectory: 'web' })] })":                                               "public",
		"export default await load(10)": "public",
	} {
		t.Run(config, func(t *testing.T) {
			t.Parallel()

			files := map[string]string{"package.json": detecttest.ViteManifest, "package-lock.json": detecttest.ViteLock}
			if config != "" {
				files["vite.config.js"] = imports + config
			}

			plan := detectors.RequirePlan(t, detecttest.NewLaravel(files), buildplan.Settings{})
			require.Contains(t, plan.Dockerfile, "\n    mv "+directory+" /output/assets\n")
		})
	}
}

func TestAssets_OfMix_AreAllOfPublic(t *testing.T) {
	t.Parallel()

	for script, versions := range map[string][]string{"production": {"6.0.49"}, "prod": {"5.0.9", "NODE_OPTIONS=--openssl-legacy-provider"}} {
		plan := detectors.RequirePlan(t, detecttest.NewLaravel(map[string]string{
			"package.json":      `{"scripts":{"` + script + `":"mix --production"},"devDependencies":{"laravel-mix":"*"}}`,
			"package-lock.json": detecttest.NPMLock(map[string]string{"laravel-mix": versions[0]}),
		}), buildplan.Settings{Variables: []string{"APP_KEY", "MIX_KEY"}})
		require.Contains(t, plan.Dockerfile, "npm run "+script+" && \\\n    mkdir -p /output && \\\n    mv public /output/assets\n")
		require.Contains(t, plan.Dockerfile, "COPY --from=assets /output/assets ./public\n")
		require.Equal(t, []string{"MIX_KEY"}, plan.Arguments)
		require.Equal(t, len(versions) > 1, strings.Contains(plan.Dockerfile, "ENV NODE_OPTIONS=--openssl-legacy-provider"))
		require.NotContains(t, plan.Dockerignore, "public\n")
	}
}

func TestComposer_ScriptsAndPatches_OfTheInstallation(t *testing.T) {
	t.Parallel()

	plan := detectors.RequirePlan(t, detecttest.NewLaravel(map[string]string{
		"composer.json": `{"require":{"laravel/framework":"^12.0"},"scripts":{"post-install-cmd":["@php artisan vendor:publish --tag=assets"],"pre-install-cmd":[]},
			"extra":{"patches":{"acme/a":{"It works":"fixes\/a.patch","Theirs":"https://example.org/b.patch"}}}}`,
		"fixes/a.patch": "x", "patches/b.patch": "x",
	}), buildplan.Settings{})
	require.Contains(t, plan.Dockerfile, "COPY --parents composer.json composer.lock patches fixes/a.patch ./\n")
	require.Contains(t, plan.Dockerfile, " unzip php8.4-zip patch\n")
	require.Contains(t, plan.Dockerfile, "composer dump-autoload --no-dev --optimize && \\\n    composer run-script --no-dev post-install-cmd && \\\n    { php artisan")
	require.NotContains(t, plan.Dockerfile, "pre-install-cmd")
}

func TestProcfile_OfLaravel(t *testing.T) {
	t.Parallel()

	for web, used := range map[string]bool{
		"vendor/bin/heroku-php-apache2 public/": true, "php artisan serve --host=0.0.0.0 --port=$PORT": true, "php artisan octane:start --port=$PORT": false,
	} {
		plan := detectors.RequirePlan(t, detecttest.NewLaravel(map[string]string{"Procfile": "web: " + web + "\nrelease: php artisan migrate --force --seed\n"}), buildplan.Settings{})
		require.Equal(t, "php artisan migrate --force --seed", plan.ReleaseCommand)
		require.Equal(t, !used, strings.Contains(plan.Reason, "The web line of Procfile, `"+web+"`, is not used"))
	}
}
