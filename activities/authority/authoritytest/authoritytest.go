// Package authoritytest is a certificate authority for tests: Pebble, which Let's Encrypt makes for that, in the process of the test. It rejects every fourth
// nonce, as an authority may.
package authoritytest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/stretchr/testify/require"
)

// Server is an authority that runs until the test ends.
type Server struct {
	// DirectoryURL is where it answers, to requests by Transport alone.
	DirectoryURL string
	Transport    http.RoundTripper

	// Away has it answer nothing but errors, and Limited take no orders.
	Away, Limited atomic.Bool
	// Orders and Validations count what it was asked for and has taken.
	Orders, Validations atomic.Int64
}

const ordersPath = "/order-plz"

// answer remembers whether a request was refused, as for its nonce.
type answer struct {
	http.ResponseWriter

	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.refused = status >= http.StatusBadRequest
	a.ResponseWriter.WriteHeader(status)
}

var environment sync.Once //nolint:gochecknoglobals // Pebble is configured by the process's environment.

// New returns an authority that looks for hostnames by a name server, and for their answers on a port.
func New(t *testing.T, nameServer string, port int) *Server {
	t.Helper()

	environment.Do(func() {
		for name, value := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "25", "PEBBLE_AUTHZREUSE": "0"} {
			require.NoError(t, os.Setenv(name, value)) //nolint:usetesting // It is for all tests of the process, which run in parallel.
		}
	})

	const (
		noResponder  = ""
		noTLSPort    = 0
		intermediate = 1
		retryAfter   = 1 // In seconds.
	)

	logger, store := log.New(io.Discard, "", 0), db.NewMemoryStore()
	authority := ca.New(logger, store, noResponder, "ecdsa", 0, intermediate, map[string]ca.Profile{"default": {Description: "for tests"}})
	validation := va.New(logger, port, noTLSPort, false, nameServer, store)
	front := wfe.New(logger, store, validation, authority, []string{"pebble.example"}, false, false, retryAfter, retryAfter)

	server, handler := &Server{}, front.Handler()
	listening := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case server.Away.Load():
			w.WriteHeader(http.StatusServiceUnavailable)

			return
		case strings.HasPrefix(r.URL.Path, ordersPath) && server.Limited.Load():
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many certificates already issued","status":429}`)

			return
		}

		answer := &answer{ResponseWriter: w}
		handler.ServeHTTP(answer, r)

		switch {
		case answer.refused:
		case strings.HasPrefix(r.URL.Path, ordersPath):
			server.Orders.Add(1)
		case strings.HasPrefix(r.URL.Path, "/chalZ/"):
			server.Validations.Add(1)
		}
	}))
	t.Cleanup(listening.Close)

	server.DirectoryURL, server.Transport = listening.URL+wfe.DirectoryPath, listening.Client().Transport

	return server
}
