package edgeproxy

import (
	"net/http"

	"github.com/zeitwork/zeitwork/internal/id"
)

// maxRequestID bounds what a proxy in front may send as the id of a request.
const maxRequestID = 128

// requestID is new, unless a trusted proxy has given the request one already.
func (f forwarding) requestID(r *http.Request) string {
	given := r.Header.Get(headerRequestID)
	if given == "" || len(given) > maxRequestID || !f.trusts(peerOf(r)) {
		return id.New().String()
	}

	for _, c := range []byte(given) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return id.New().String()
		}
	}

	return given
}
