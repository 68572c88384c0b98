package activities

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/rig"
)

// laravelWithPackage returns the example on PHP 8.2, which stands on Debian 12, with a package in its source that answers on /greeting.
func (b *builderBundle) laravelWithPackage(t *testing.T) *exampleApp {
	t.Helper()

	app := &exampleApp{builderBundle: b, repository: newRepository(t, nil)}
	require.NoError(t, fixtures.WriteLaravel(t.Context(), app.repository.directory, rig.CacheDir()))

	app.replace(t, "composer.json", `"php": "^8.1"`, `"php": "~8.2.0", "acme/greeting": "*"`)
	app.replace(t, "composer.json", `"repositories": [`, `"repositories": [{"type": "path", "url": "packages/*"},`)
	app.replace(t, "composer.lock", `"packages": [`, `"packages": [{
		"name": "acme/greeting", "version": "1.0.0", "dist": {"type": "path", "url": "packages/greeting", "reference": "1"},
		"autoload": {"psr-4": {"Acme\\Greeting\\": "src/"}}, "extra": {"laravel": {"providers": ["Acme\\Greeting\\GreetingProvider"]}},
		"transport-options": {"relative": true}
	},`)
	app.repository.commit("A package", map[string]string{
		"packages/greeting/composer.json": `{"name": "acme/greeting", "version": "1.0.0"}`,
		"packages/greeting/src/GreetingProvider.php": `<?php

namespace Acme\Greeting;

use Illuminate\Support\Facades\Route;
use Illuminate\Support\ServiceProvider;

class GreetingProvider extends ServiceProvider
{
    public function boot(): void
    {
        Route::get('/greeting', [GreetingController::class, 'greet']);
    }
}
`,
		"packages/greeting/src/GreetingController.php": `<?php

namespace Acme\Greeting;

class GreetingController
{
    public function greet(): string
    {
        return 'Hello from a package. Redis '.(extension_loaded('redis') ? 'is there.' : 'is missing.');
    }
}
`,
	})

	return app
}

func TestFramework_LaravelOnPHP82_LaterCommitsInstallNothingAgainAndFailuresAreExplained(t *testing.T) {
	t.Parallel()

	app := setupFrameworks(t).laravelWithPackage(t)

	cold := app.build(t)
	require.False(t, cold.that(t, "composer install").Cached, "a project gets nothing of another's")

	image := app.image(t, ImageRepository(app.project), cold.Digest)
	requireLean(t, image)

	running := runImage(t, image, exampleKey)

	for path, words := range map[string]string{"/up": "OK", "/": "on PHP 8.2.", "/greeting": "Hello from a package. Redis is there."} {
		response, body := running.get(t, http.MethodGet, path)
		require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s\n%s", path, body, running.log())
		require.Contains(t, body, words, path)
	}

	app.repository.date = "2024-05-06T08:09:10Z"
	app.repository.commit("No change", nil)
	requireUnchanged(t, app.build(t), cold)

	installs := regexp.MustCompile(`apt-get install|composer install|npm ci`)

	for _, line := range []struct{ file, before string }{
		{"resources/views/welcome.blade.php", "Hello from Laravel"}, {"packages/greeting/src/GreetingController.php", "Hello from a package"},
	} {
		app.replace(t, line.file, line.before, "Changed")
		changed := app.build(t)
		require.NotEqual(t, cold.Digest, changed.Digest)

		for _, instruction := range changed.instructions() {
			if installs.MatchString(instruction.Name) {
				require.True(t, instruction.Cached, "a change of %s installs again:\n%s", line.file, changed.vertices)
			}
		}

		require.False(t, changed.that(t, "composer dump-autoload").Cached, "the change is not built:\n%s", changed.vertices)
	}

	provider := "packages/greeting/src/GreetingProvider.php"
	app.replace(t, provider, "Route::get(", `\Illuminate\Support\Facades\DB::table('notes')->get(); Route::get(`)
	app.requireFailure(t, "The app asks its database while it is built (Database file at path [/app/database/database.sqlite] does not exist)")

	app.replace(t, provider, `\Illuminate\Support\Facades\DB::table('notes')->get();`, `\Barryvdh\Debugbar\Facade::enable();`)
	app.requireFailure(t, `The app uses the class Barryvdh\Debugbar\Facade, which is not installed: packages of require-dev are left out.`)
}

// requireFailure builds the newest commit and checks what the user is told.
func (e *exampleApp) requireFailure(t *testing.T, words string) {
	t.Helper()

	tree := e.open(t, e.clone(t, e.repository))
	plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
	require.NoError(t, err)

	_, log, err := e.builderBundle.build(t.Context(), BuildRequest{ProjectID: e.project, DeploymentID: id.New(), Tree: tree, Plan: plan})
	require.True(t, problem.IsUsers(err), "%v", err)
	require.ErrorContains(t, err, words, log)
}
