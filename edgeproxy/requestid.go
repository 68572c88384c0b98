package edgeproxy

import (
	"net/http"

	"github.com/zeitwork/zeitwork/internal/id"
)

// maxRequestID is the longest request id that is taken from a proxy in front.
const maxRequestID = 128

// requestID returns the id that a trusted proxy gave the request, or a new one.
func (f forwarding) requestID(r *http.Request) string {
	given := r.Header.Get(headerRequestID)
	if !isRequestID(given) || f.standingOf(peerOf(r)) == fromStranger {
		return id.New().String()
	}

	return given
}

func isRequestID(text string) bool {
	if text == "" || len(text) > maxRequestID {
		return false
	}

	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}

	return true
}
