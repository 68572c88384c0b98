package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestDocumentation(t *testing.T) {
	t.Parallel()

	built := fstest.MapFS{
		".keep":                    {},
		"index.html":               {Data: []byte("the start")},
		"404.html":                 {Data: []byte("no such page")},
		"404.html.br":              {Data: []byte("no such page, as brotli")},
		"domains.html":             {Data: []byte("domains")},
		"guides/rails.html":        {Data: []byte("rails")},
		"reference/api/index.html": {Data: []byte("the API")},
		"icon.svg":                 {Data: []byte("<svg/>")},
		"assets/app.a1.js":         {Data: []byte("1")},
		"assets/app.a1.js.br":      {Data: []byte("as brotli")},
	}

	ask := func(files fstest.MapFS, method, path string, header map[string]string) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		for name, value := range header {
			request.Header.Set(name, value)
		}

		handler := documentation{service: &service{logger: slog.New(slog.DiscardHandler), provider: nobody{}}}
		if files != nil {
			handler.files = files
		}

		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)

		return recorder
	}

	browser := map[string]string{"Accept": "text/html,application/xhtml+xml"}

	t.Run("AddressesOfPagesHaveNoEnding", func(t *testing.T) {
		t.Parallel()

		for path, want := range map[string]string{
			"/docs/": "the start", "/docs/domains": "domains", "/docs/guides/rails": "rails", "/docs/domains.html": "domains", "/docs/reference/api/": "the API",
		} {
			answer := ask(built, http.MethodGet, path, browser)
			require.Equal(t, http.StatusOK, answer.Code, path)
			require.Equal(t, want, answer.Body.String(), path)
			require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"), path)
			require.Equal(t, "no-cache", answer.Header().Get("Cache-Control"), path)
			require.NotEmpty(t, answer.Header().Get("ETag"), path)
		}

		answer := ask(built, http.MethodGet, "/docs/reference/api", browser)
		require.Equal(t, http.StatusMovedPermanently, answer.Code)
		require.Equal(t, "/docs/reference/api/", answer.Header().Get("Location"), "relative links of the page would lead elsewhere")
	})

	t.Run("ItsPolicyTakesNothingFromElsewhereAndNothingInline", func(t *testing.T) {
		t.Parallel()

		policy := ask(built, http.MethodGet, "/docs/", browser).Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'; script-src 'self'; style-src 'self';")
		require.NotContains(t, policy, "unsafe")
		require.NotContains(t, policy, "http")
		require.NotContains(t, policy, "*")
	})

	t.Run("AssetsAreKeptForeverAndComeCompressed", func(t *testing.T) {
		t.Parallel()

		answer := ask(built, http.MethodGet, "/docs/assets/app.a1.js", map[string]string{"Accept-Encoding": "gzip, br"})
		require.Equal(t, "as brotli", answer.Body.String())
		require.Equal(t, "br", answer.Header().Get("Content-Encoding"))
		require.Contains(t, answer.Header().Get("Cache-Control"), "immutable")
	})

	t.Run("AnUnknownPageIsToldByThePageOfTheSite", func(t *testing.T) {
		t.Parallel()

		for _, path := range []string{"/docs/missing", "/docs/guides/", "/docs/.keep", "/docs/../../etc/passwd"} {
			answer := ask(built, http.MethodGet, path, browser)
			require.Equal(t, http.StatusNotFound, answer.Code, path)
			require.Equal(t, "no such page", answer.Body.String(), path)
			require.Contains(t, answer.Header().Get("Content-Security-Policy"), "default-src 'none'", path)
		}

		answer := ask(built, http.MethodGet, "/docs/missing", map[string]string{"Accept": "text/html", "Accept-Encoding": "br"})
		require.Equal(t, "no such page, as brotli", answer.Body.String())
		require.Equal(t, "br", answer.Header().Get("Content-Encoding"))

		require.Equal(t, "404 page not found\n", ask(built, http.MethodGet, "/docs/assets/old.js", browser).Body.String())
		require.Equal(t, http.StatusMethodNotAllowed, ask(built, http.MethodPost, "/docs/", browser).Code)
	})

	t.Run("ABinaryWithoutItSaysWhereElseThePagesAre", func(t *testing.T) {
		t.Parallel()

		answer := ask(nil, http.MethodGet, "/docs/domains", browser)
		require.Equal(t, http.StatusNotFound, answer.Code)
		require.Contains(t, answer.Body.String(), "the folder docs/ of the source")
	})
}

func TestDocumentation_IsServedToEverybody(t *testing.T) {
	t.Parallel()

	b := setup(t)

	answer := b.send(t, http.MethodGet, "", documentationPath, "", nil)
	require.Contains(t, answer.text, "ocumentation", "the site, or where it is left out a sentence about it")
	require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
}
