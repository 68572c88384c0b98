package activities

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()

	directory := t.TempDir()

	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Join(directory, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), 0o644))
	}

	return directory
}

//nolint:tparallel // Its parts ask one container, which ends with the test.
func TestStaticSite_IsServedWithTheRightHeaders(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	plan, image := bundle.buildTree(t, writeTree(t, map[string]string{
		"index.html": "home", "404.html": "nothing here", "about.html": "about", "docs/index.html": "docs", "docs/a.html": "a",
		"both.html": "file", "both/index.html": "directory", "empty/data.json": "{}",
		"app.mjs": "export {}", "a.wasm": "", "a.avif": "", "a.woff2": "", "site.webmanifest": "{}", "feed.xml": "<a/>",
		"big.css": strings.Repeat("a{}\n", 1000), "ready.js": "plain", "ready.js.gz": "compressed",
		".env": "SECRET=1", ".well-known/security.txt": "mailto:a@example.com", "node_modules/x/index.html": "x",
	}), buildplan.Settings{})
	require.Equal(t, buildplan.FrameworkStatic, plan.Framework)

	site := runImage(t, image)

	t.Run("files", func(t *testing.T) {
		for path, want := range map[string]struct {
			status       int
			body, header string
		}{
			"/":                         {200, "home", "text/html; charset=utf-8"},
			"/index.html":               {200, "home", "text/html; charset=utf-8"},
			"/about":                    {200, "about", "text/html; charset=utf-8"},
			"/about.html":               {200, "about", "text/html; charset=utf-8"},
			"/docs/":                    {200, "docs", "text/html; charset=utf-8"},
			"/docs/a":                   {200, "a", "text/html; charset=utf-8"},
			"/both":                     {200, "file", "text/html; charset=utf-8"},
			"/both/":                    {200, "directory", "text/html; charset=utf-8"},
			"/app.mjs":                  {200, "export {}", "application/javascript; charset=utf-8"},
			"/a.wasm":                   {200, "", "application/wasm"},
			"/a.avif":                   {200, "", "image/avif"},
			"/a.woff2":                  {200, "", "font/woff2"},
			"/site.webmanifest":         {200, "{}", "application/manifest+json; charset=utf-8"},
			"/feed.xml":                 {200, "<a/>", "text/xml; charset=utf-8"},
			"/.well-known/security.txt": {200, "mailto:a@example.com", "text/plain; charset=utf-8"},
			"/nothing":                  {404, "nothing here", "text/html; charset=utf-8"},
			"/nothing/":                 {404, "nothing here", "text/html; charset=utf-8"},
			"/empty/":                   {404, "nothing here", "text/html; charset=utf-8"},
			"/empty":                    {404, "nothing here", "text/html; charset=utf-8"},
			"/404.html":                 {404, "nothing here", "text/html; charset=utf-8"},
			"/.env":                     {404, "nothing here", "text/html; charset=utf-8"},
			"/node_modules/x/":          {404, "nothing here", "text/html; charset=utf-8"},
			"/..%2f..%2fetc/passwd":     {400, "", "text/html; charset=utf-8"},
		} {
			response, body := site.get(t, http.MethodGet, path)
			require.Equal(t, want.status, response.StatusCode, path)
			require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"), path)
			require.Equal(t, "nginx", response.Header.Get("Server"), path)

			if want.status != http.StatusBadRequest {
				require.Equal(t, want.body, body, path)
				require.Equal(t, want.header, response.Header.Get("Content-Type"), path)
				require.Equal(t, "no-cache", response.Header.Get("Cache-Control"), path)
			}
		}
	})

	t.Run("redirects stay where they are", func(t *testing.T) {
		for path, location := range map[string]string{"/docs": "/docs/", "/docs?a=b": "/docs/?a=b", "/about/": "/about", "/docs/a/": "/docs/a"} {
			response, _ := site.get(t, http.MethodGet, path, "Host", "example.com", "X-Forwarded-Proto", "https")
			require.Equal(t, http.StatusMovedPermanently, response.StatusCode, path)
			require.Equal(t, location, response.Header.Get("Location"), path)
		}
	})

	t.Run("HEAD, ranges and what has not changed", func(t *testing.T) {
		response, body := site.get(t, http.MethodHead, "/big.css")
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Empty(t, body)
		require.EqualValues(t, 4000, response.ContentLength)

		tag := response.Header.Get("ETag")
		require.NotEmpty(t, tag)

		response, body = site.get(t, http.MethodGet, "/big.css", "Range", "bytes=1-2")
		require.Equal(t, http.StatusPartialContent, response.StatusCode)
		require.Equal(t, "{}", body)

		response, body = site.get(t, http.MethodGet, "/big.css", "If-None-Match", tag)
		require.Equal(t, http.StatusNotModified, response.StatusCode)
		require.Empty(t, body)
		require.Equal(t, "no-cache", response.Header.Get("Cache-Control"))
	})

	t.Run("compression", func(t *testing.T) {
		response, body := site.get(t, http.MethodGet, "/big.css", "Accept-Encoding", "gzip", "Via", "1.1 edge")
		require.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
		require.Contains(t, response.Header.Get("Vary"), "Accept-Encoding")
		require.Less(t, len(body), 1000)

		response, body = site.get(t, http.MethodGet, "/ready.js", "Accept-Encoding", "gzip")
		require.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
		require.Equal(t, "compressed", body)
	})

	t.Run("nothing more in the image", func(t *testing.T) {
		files := sizesOf(t, image)
		require.Empty(t, lo.PickByKeys(files, []string{"/srv/www/.env", "/srv/www/node_modules/x/index.html", "/usr/sbin/ip", "/usr/bin/ip", "/tmp/nginx.pid"}))
		t.Logf("the image has %d MB, nginx %d kB of them", lo.Sum(lo.Values(files))>>20, files["/usr/sbin/nginx"]>>10)
	})
}

func TestSite_ThatExpectsToStandBelowAPath_AnswersThere(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	// A stand-in for Vite, which would have to be installed.
	_, image := bundle.buildTree(t, writeTree(t, map[string]string{
		"package.json":   `{"scripts":{"build":"mkdir -p dist/assets && echo page > dist/index.html && echo 1 > dist/assets/main-D6ab_123.js"},"devDependencies":{"vite":"file:./tools"}}`,
		"vite.config.js": "export default { base: '/docs/' }", "tools/package.json": `{"name":"vite","version":"8.0.0"}`,
	}), buildplan.Settings{})
	site := runImage(t, image)

	for path, want := range map[string]struct {
		status               int
		location, body, kept string
	}{
		"/":                             {http.StatusFound, "/docs/", "", "no-cache"},
		"/docs":                         {http.StatusMovedPermanently, "/docs/", "", "no-cache"},
		"/docs/":                        {http.StatusOK, "", "page\n", "no-cache"},
		"/docs/of/the/app":              {http.StatusOK, "", "page\n", "no-cache"},
		"/docs/assets/main-D6ab_123.js": {http.StatusOK, "", "1\n", "public, max-age=31536000, immutable"},
		"/docs/assets/main-0ld_1234.js": {http.StatusNotFound, "", "", "no-cache"},
	} {
		response, body := site.get(t, http.MethodGet, path)
		require.Equal(t, want.status, response.StatusCode, path)
		require.Equal(t, want.location, response.Header.Get("Location"), path)
		require.Equal(t, want.kept, response.Header.Get("Cache-Control"), path)

		if want.body != "" {
			require.Equal(t, want.body, body, path)
		}
	}
}
