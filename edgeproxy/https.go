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

// isPlain tells whether it makes no difference how visitors come.
func (s https) isPlain() bool { return s == https{} }

// toHTTPS sends a visitor on to https who should have come by it, and returns false for all others. Of those who have come by it, it notes what the answer is
// to say.
func (h *handler) toHTTPS(w http.ResponseWriter, r *http.Request, e *exchange) bool {
	wanted := e.route.https
	if wanted.isPlain() {
		return false
	}

	if schemeOf(r.Header, h.forwarding.standingOf(peerOf(r)), r.TLS != nil) == "https" {
		e.hsts = wanted.remember

		return false
	}

	if !wanted.redirect {
		return false
	}

	// The host is that of the request: a wildcard's route has the name of all.
	host, _ := normalizeHost(r.Host) // It was found in the route table.

	h.redirectTo(w, r, e, "https://"+host)

	return true
}

// remember has the visitor come by https alone from now on, unless the app says something of its own.
func (e *exchange) remember(header http.Header) {
	if e.hsts != "" && len(header[headerHSTS]) == 0 {
		header.Set(headerHSTS, e.hsts)
	}
}
