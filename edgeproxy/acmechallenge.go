package edgeproxy

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// challengePath begins the paths on which certificate authorities look whether a hostname leads here (RFC 8555, section 8.3).
const challengePath = "/.well-known/acme-challenge/"

// answerChallenge answers an authority that asks for what the platform has told this edge. All other paths are the app's, which may order certificates, too.
func (h *handler) answerChallenge(w http.ResponseWriter, r *http.Request) bool {
	token, ok := strings.CutPrefix(r.URL.Path, challengePath)
	if !ok || h.encryption == nil {
		return false
	}

	current := h.encryption.current.Load()
	if current == nil {
		return false
	}

	host, err := normalizeHost(r.Host)
	if err != nil {
		return false
	}

	answer, ok := current.challenges[challenge{host, token}]
	if !ok {
		return false
	}

	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set(headerRequestID, h.forwarding.requestID(r))

	_, _ = io.WriteString(w, answer) // The authority may be gone.

	return true
}

// mayBeChallenge tells whether net/http has to look at a path.
func mayBeChallenge(path []byte) bool { return bytes.HasPrefix(path, []byte("/.well-known/")) }
