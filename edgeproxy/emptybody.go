package edgeproxy

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

// withoutEmptyBody tells the handler which requests of HTTP/3 have no body, which their heads do not say. It waits that long for the end of such a request;
// where neither that nor a byte comes, the handler has a body to read.
func withoutEmptyBody(next http.Handler, most time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 && hasBodySeldom(r.Method) {
			takeEmptyBody(http.NewResponseController(w), r, most)
		}

		next.ServeHTTP(w, r)
	})
}

// hasBodySeldom tells whether requests of a method come without a body, as a rule. That of another one may be a stream whose client awaits an answer first.
func hasBodySeldom(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodDelete:
		return true
	default:
		return false
	}
}

func takeEmptyBody(control *http.ResponseController, r *http.Request, most time.Duration) {
	if control.SetReadDeadline(time.Now().Add(most)) != nil {
		return
	}

	first := make([]byte, 1)
	n, err := r.Body.Read(first)

	// It fails where the connection is closed; then reads fail as well.
	_ = control.SetReadDeadline(time.Time{})

	switch {
	case n > 0:
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(first), r.Body), r.Body}
	case errors.Is(err, io.EOF):
		r.Body, r.ContentLength = http.NoBody, 0
	}
}
