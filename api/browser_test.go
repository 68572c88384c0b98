package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// browser keeps cookies, and tells where its requests come from, as browsers do.
type browser struct {
	bundle  *testBundle
	cookies map[string]*http.Cookie
}

func (b *testBundle) newBrowser(t *testing.T) *browser {
	t.Helper()

	return &browser{bundle: b, cookies: map[string]*http.Cookie{}}
}

// signedIn is a browser in which the user with that address has signed in with a code.
func (b *testBundle) signedIn(t *testing.T, email string) *browser {
	t.Helper()

	code, err := NewSignInCode(t.Context(), b.pool, email)
	require.NoError(t, err)

	w := b.newBrowser(t)
	answer := w.post(t, signInCodePath, url.Values{"code": {code}})
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.text)

	return w
}

// header is that of a request with the browser's cookies.
func (w *browser) header() http.Header {
	header := http.Header{}
	for name, cookie := range w.cookies {
		header.Add("Cookie", name+"="+cookie.Value)
	}

	return header
}

func (w *browser) get(t *testing.T, path string) answered {
	t.Helper()

	header := w.header()
	header.Set("Accept", "text/html")

	return w.keep(w.bundle.send(t, http.MethodGet, "", path, "", header))
}

func (w *browser) post(t *testing.T, path string, form url.Values) answered {
	t.Helper()

	header := w.header()
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	header.Set("Sec-Fetch-Site", "same-origin")

	return w.keep(w.bundle.post(t, "", path, form.Encode(), header))
}

// keep takes the cookies of an answer, and forgets those that it takes away.
func (w *browser) keep(answer answered) answered {
	for _, cookie := range answer.Cookies() {
		w.cookies[cookie.Name] = cookie
	}

	maps.DeleteFunc(w.cookies, func(_ string, cookie *http.Cookie) bool { return cookie.MaxAge < 0 })

	return answer
}

// send adds the browser's cookies to a request of a client.
func (w *browser) send(_ context.Context, request *http.Request) error {
	maps.Copy(request.Header, w.header())

	return nil
}
