package edgeproxy

import (
	"net/http"
	"strings"
)

// redirectLifetime is how long clients may remember a redirect, in a Cache-Control header: a domain's owner may change it.
const redirectLifetime = "max-age=3600"

// redirect sends a visitor on to the hostname that the route names. Scheme, port, path and query stay as they are.
func (h *handler) redirect(w http.ResponseWriter, r *http.Request, e *exchange) {
	location := schemeOf(r.Header, h.forwarding.standingOf(peerOf(r)), r.TLS != nil) + "://" + e.route.redirectTo

	// A hostname of the route table is no IPv6 address: the first colon is the port's.
	if _, port, ok := strings.Cut(r.Host, ":"); ok && port != "" {
		location += ":" + port
	}

	h.redirectTo(w, r, e, location)
}

// redirectTo sends a visitor on to the same path and query of another origin.
func (h *handler) redirectTo(w http.ResponseWriter, r *http.Request, e *exchange, origin string) {
	path := r.URL.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" // "*", or an absolute form without a path.
	}

	location := origin + path

	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		location += "?" + r.URL.RawQuery
	}

	e.status = http.StatusPermanentRedirect
	e.closeIfUnread(r)
	e.answer.beginOwn(e.started)

	header := w.Header()
	header.Set("Location", location)
	header.Set("Cache-Control", redirectLifetime)
	header.Set("Content-Length", "0")
	header.Set(headerRequestID, e.id)
	e.remember(header)
	w.WriteHeader(e.status)
}
