package edgeproxy

import (
	"net/http"
	"strconv"
)

const headerHSTS = "Strict-Transport-Security"

// https is what a route asks of how visitors come.
type https struct {
	// redirect says that those who come without TLS are sent on to https.
	redirect bool
	// remember is the value of Strict-Transport-Security; empty: there is none.
	remember string
}

func newHTTPS(redirect bool, seconds int32) https {
	made := https{redirect: redirect}
	if seconds > 0 {
		made.remember = "max-age=" + strconv.Itoa(int(seconds))
	}

	return made
}

// rememberedBy returns the Strict-Transport-Security of answers to visitors who have come by that scheme; empty: none.
func (s https) rememberedBy(scheme string) string {
	if scheme == "https" {
		return s.remember
	}

	return ""
}

// originFor returns the origin to which a visitor is sent on who has asked for that host and should have come by https; empty: there is none.
func (s https) originFor(scheme, host string) string {
	if !s.redirect || scheme == "https" {
		return ""
	}

	// The host is that of the request: a wildcard's route has the name of all.
	name, _ := normalizeHost(host) // It was found in the route table.

	return "https://" + name
}

// toHTTPS sends a visitor on to https who should have come by it, and returns false for all others. Of those who have come by it, it notes what the answer is
// to say.
func (h *handler) toHTTPS(w http.ResponseWriter, r *http.Request, e *exchange) bool {
	scheme := schemeOf(r.Header, h.forwarding.standingOf(peerOf(r)), r.TLS != nil)
	e.hsts = e.route.https.rememberedBy(scheme)

	origin := e.route.https.originFor(scheme, r.Host)
	if origin != "" {
		h.redirectTo(w, r, e, origin)
	}

	return origin != ""
}

// remember has the visitor come by https alone from now on, unless the app says something of its own.
func (e *exchange) remember(header http.Header) {
	if e.hsts != "" && len(header[headerHSTS]) == 0 {
		header.Set(headerHSTS, e.hsts)
	}
}
