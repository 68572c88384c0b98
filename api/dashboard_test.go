package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api/internal/signin"
)

// nobody is a provider with which nobody can sign in.
type nobody struct{ signin.Provider }

func (nobody) Origin() string { return "https://github.example" }

func TestDashboard(t *testing.T) {
	t.Parallel()

	const page, script = "<!doctype html><title>Zeitwork</title>", "console.log(1)"

	built := fstest.MapFS{
		".keep":                {},
		"index.html":           {Data: []byte(page)},
		"icon.svg":             {Data: []byte("<svg/>")},
		"assets/index-a.js":    {Data: []byte(script)},
		"assets/index-a.js.br": {Data: []byte("as brotli")},
		"assets/index-a.js.gz": {Data: []byte("as gzip")},
	}

	ask := func(files fstest.MapFS, method, path string, header map[string]string) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		for name, value := range header {
			request.Header.Set(name, value)
		}

		handler := dashboard{service: &service{logger: slog.New(slog.DiscardHandler), provider: nobody{}}}
		if files != nil {
			handler.files = files
		}

		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)

		return recorder
	}

	browser := map[string]string{"Accept": "text/html,application/xhtml+xml"}

	t.Run("EveryAddressOfABrowserGetsThePage", func(t *testing.T) {
		t.Parallel()

		for _, path := range []string{"/", "/o/acme/projects/shop", "/deployments/0198", "/o/%3Cscript%3E", "/.keep", "/../../etc/passwd"} {
			answer := ask(built, http.MethodGet, path, browser)
			require.Equal(t, http.StatusOK, answer.Code, path)
			require.Equal(t, page, answer.Body.String(), path)
			require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"), path)
			require.Equal(t, "no-cache", answer.Header().Get("Cache-Control"), path)
		}
	})

	t.Run("ItsPolicyTakesNothingFromElsewhereAndNothingInline", func(t *testing.T) {
		t.Parallel()

		policy := ask(built, http.MethodGet, "/", browser).Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "require-trusted-types-for 'script'")
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, 1, strings.Count(policy, "http"), "forms may lead to the provider with which people sign in, and nothing else may leave")
		require.Contains(t, policy, "form-action 'self' https://github.example")
		require.NotContains(t, policy, "*")
	})

	t.Run("AssetsAreKeptForeverAndComeCompressed", func(t *testing.T) {
		t.Parallel()

		for accepted, want := range map[string]struct{ encoding, content string }{
			"gzip, deflate, br": {"br", "as brotli"}, "gzip": {"gzip", "as gzip"}, "br;q=0, gzip": {"gzip", "as gzip"}, "": {"", script},
		} {
			answer := ask(built, http.MethodGet, "/assets/index-a.js", map[string]string{"Accept-Encoding": accepted})
			require.Equal(t, want.content, answer.Body.String(), accepted)
			require.Equal(t, want.encoding, answer.Header().Get("Content-Encoding"), accepted)
			require.Contains(t, answer.Header().Get("Content-Type"), "javascript", accepted)
			require.Contains(t, answer.Header().Get("Cache-Control"), "immutable", accepted)
			require.Equal(t, "Accept-Encoding", answer.Header().Get("Vary"), accepted)
		}
	})

	t.Run("APageThatHasNotChangedIsNotSentAgain", func(t *testing.T) {
		t.Parallel()

		tag := ask(built, http.MethodGet, "/", browser).Header().Get("ETag")
		require.NotEmpty(t, tag)
		require.Equal(t, http.StatusNotModified, ask(built, http.MethodGet, "/", map[string]string{"Accept": "text/html", "If-None-Match": tag}).Code)
	})

	t.Run("WhatIsNotThereIsNotThePage", func(t *testing.T) {
		t.Parallel()

		require.Equal(t, http.StatusNotFound, ask(built, http.MethodGet, "/assets/index-old.js", browser).Code)
		require.Equal(t, http.StatusNotFound, ask(built, http.MethodGet, "/missing.json", map[string]string{"Accept": "application/json"}).Code)
		require.Equal(t, http.StatusMethodNotAllowed, ask(built, http.MethodPost, "/", browser).Code)
	})

	t.Run("ABinaryWithoutItSaysHowToBuildIt", func(t *testing.T) {
		t.Parallel()

		answer := ask(nil, http.MethodGet, "/o/acme", browser)
		require.Equal(t, http.StatusOK, answer.Code)
		require.Contains(t, answer.Body.String(), "go tool task build")
	})
}
