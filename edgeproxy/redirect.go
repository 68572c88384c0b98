package edgeproxy

import (
	"net/http"
	"net/url"
	"strings"
)

// redirectLifetime is how long clients may remember a redirect, in a Cache-Control header: a domain's owner may change it.
const redirectLifetime = "max-age=3600"

// redirect sends a visitor on to the hostname that the route names. Scheme, port, path and query stay as they are.
func (h *handler) redirect(w http.ResponseWriter, r *http.Request, e *exchange) {
	h.redirectTo(w, r, e, e.route.otherOrigin(schemeOf(r.Header, h.forwarding.standingOf(peerOf(r)), r.TLS != nil), r.Host))
}

// otherOrigin is that of the hostname to which the route sends visitors on who have asked for that host.
func (r *route) otherOrigin(scheme, host string) string {
	origin := scheme + "://" + r.redirectTo

	// A hostname of the route table is no IPv6 address: the first colon is the port's.
	if _, port, ok := strings.Cut(host, ":"); ok && port != "" {
		origin += ":" + port
	}

	return origin
}

// locationAt returns the same path and query at another origin.
func locationAt(origin string, target *url.URL) string {
	path := target.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" // "*", or an absolute form without a path.
	}

	if target.RawQuery != "" || target.ForceQuery {
		path += "?" + target.RawQuery
	}

	return origin + path
}

// redirectTo sends a visitor on to the same path and query of another origin.
func (h *handler) redirectTo(w http.ResponseWriter, r *http.Request, e *exchange, origin string) {
	e.status = http.StatusPermanentRedirect
	e.closeIfUnread(r)
	e.answer.beginOwn(e.started)

	header := w.Header()
	header.Set("Location", locationAt(origin, r.URL))
	header.Set("Cache-Control", redirectLifetime)
	header.Set("Content-Length", "0")
	header.Set(headerRequestID, e.id)
	e.remember(header)
	w.WriteHeader(e.status)
}
