package activities

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
	"github.com/zeitwork/zeitwork/test/rig"
)

// exampleKey is a key for the tests alone.
const exampleKey = "APP_KEY=base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestLaravelExample_IsBuiltAndAnswers(t *testing.T) {
	t.Parallel()

	// Its assets are built.
	npm.Need(t)

	bundle := setupFrameworks(t)
	directory := t.TempDir()
	require.NoError(t, fixtures.WriteLaravel(t.Context(), directory, rig.CacheDir()))

	plan, image := bundle.buildTree(t, directory, buildplan.Settings{Variables: []string{"APP_KEY"}})
	require.Equal(t, buildplan.FrameworkLaravel, plan.Framework)

	app := runImage(t, image, exampleKey, "GREETING=Hello from the environment")

	response, page := app.get(t, http.MethodGet, "/", "Host", "app.example.com", "X-Forwarded-Proto", "https")
	require.Equal(t, http.StatusOK, response.StatusCode, page)
	require.Contains(t, page, "Hello from the environment, on PHP 8.4")
	require.Contains(t, page, `href="https://app.example.com/about"`)
	require.NotContains(t, response.Header, "X-Powered-By")

	asset := regexp.MustCompile(`https://app\.example\.com(/build/assets/app-[^"]+\.js)`).FindStringSubmatch(page)
	require.NotNil(t, asset, page)

	response, _ = app.get(t, http.MethodGet, asset[1])
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "public, max-age=31536000, immutable", response.Header.Get("Cache-Control"))

	response, body := app.get(t, http.MethodGet, "/api/hello?name=Ada", "Host", "app.example.com")
	require.Equal(t, http.StatusOK, response.StatusCode, body)
	require.JSONEq(t, `{"message":"Hello Ada","url":"http://app.example.com/api/hello?name=Ada"}`, body)

	_, body = app.get(t, http.MethodGet, "/api/hello")
	require.JSONEq(t, `{"message":"Hello world","url":"http://127.0.0.2:3000/api/hello"}`, body)

	response, body = app.get(t, http.MethodGet, "/about", "X-Forwarded-Proto", "https")
	require.Equal(t, http.StatusOK, response.StatusCode, body)
	require.NotEmpty(t, response.Header.Values("Set-Cookie"))

	for path, status := range map[string]int{
		"/up": 200, "/robots.txt": 200, "/nothing": 404, "/.env": 404, "/.htaccess": 404, "/index.php": 200, "/other.php": 404, "/build/": 404,
	} {
		response, body = app.get(t, http.MethodGet, path)
		require.Equal(t, status, response.StatusCode, "%s: %s", path, body)
		require.NotContains(t, body, "<?php")
	}

	require.NotContains(t, app.log(), "ERROR", app.log())

	files := sizesOf(t, image)
	for name := range files {
		require.NotRegexp(t, `^/app/(\.git/|node_modules/|auth\.json)|^/usr/(s?bin)/(composer|git|node)$`, name)
	}

	require.Contains(t, app.log(), "Running migrations", "a new file of SQLite has no tables")

	// What cannot answer any more ends, so that it is started again.
	// The container may end before pkill does, and pkill with it.
	if err := app.exec("pkill", "-KILL", "-o", "php-fpm8.4"); err != nil {
		require.ErrorContains(t, err, "exit status 137")
	}

	ended := <-app.ended
	app.ended <- ended

	require.ErrorContains(t, ended, "exit status 1")
	require.Contains(t, app.log(), "php-fpm or nginx has ended")

	t.Logf("the image has %d MB", lo.Sum(lo.Values(files))>>20)
}
