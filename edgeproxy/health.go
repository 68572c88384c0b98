package edgeproxy

import (
	"io"
	"net/http"
	"net/url"
)

// healthPath answers load balancers on every hostname. It is the only path that no app can serve.
const healthPath = "/.zeitwork/health"

// health tells load balancers whether to send requests here.
func (h *handler) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set(headerRequestID, h.forwarding.requestID(r))

	status, text := http.StatusOK, "ok\n"

	switch {
	case h.draining.Load():
		status, text = http.StatusServiceUnavailable, "stopping\n"
	case h.rotation.left.Load():
		status, text = http.StatusServiceUnavailable, "draining\n"
	case h.table.Load() == nil:
		status, text = http.StatusServiceUnavailable, "starting\n"
	case h.lease.hasEnded():
		status, text = http.StatusServiceUnavailable, "out of touch\n"
	}

	w.WriteHeader(status)

	_, _ = io.WriteString(w, text) // The load balancer may be gone.
}

// isHealthPath tells whether a path is healthPath, in whatever spelling.
func isHealthPath(path []byte) bool {
	// Each byte of a path takes three when it is escaped.
	if len(path) > 3*len(healthPath) {
		return false
	}

	plain, err := url.PathUnescape(string(path))

	return err == nil && plain == healthPath
}
