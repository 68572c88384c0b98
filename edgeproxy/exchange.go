package edgeproxy

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// exchange is one request on its way through the edge. It travels in the request's context, because that is all that
// httputil.ReverseProxy hands from the handler to the transport.
type exchange struct {
	id       string
	host     string
	route    *route
	upstream *upstream // The one that holds the request now; nil before the first and after a failed attempt.
	tried    []*upstream
	lost     bool // A connection was lost after the request may have been sent.
	header   http.Header
	status   int
	started  time.Time

	// bodyFailed says that the client's body could not be read, which is not the upstream's fault.
	bodyFailed atomic.Bool
}

type exchangeKey struct{}

func withExchange(r *http.Request, e *exchange) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e))
}

func exchangeOf(r *http.Request) *exchange {
	e, _ := r.Context().Value(exchangeKey{}).(*exchange)

	return e
}

// hold gives the request to an upstream.
func (e *exchange) hold(u *upstream) {
	u.inFlight.Add(1)
	e.upstream = u
	e.tried = append(e.tried, u)
}

// release takes it back, if an upstream has it.
func (e *exchange) release() {
	if e.upstream != nil {
		e.upstream.inFlight.Add(-1)
		e.upstream = nil
	}
}

// vmID returns the zero UUID for requests that no VM answered.
func (e *exchange) vmID() uuid.UUID {
	if e.upstream == nil {
		return uuid.Nil
	}

	return e.upstream.vmID
}

// attemptBody lends the client's body to one attempt. http.Transport closes the body of an attempt that could not
// connect; the next attempt still needs it.
type attemptBody struct {
	source   io.Reader
	exchange *exchange
}

func (b *attemptBody) Read(buffer []byte) (int, error) {
	n, err := b.source.Read(buffer)
	if err != nil && err != io.EOF { //nolint:errorlint // Readers return io.EOF itself.
		b.exchange.bodyFailed.Store(true)
	}

	return n, err
}

func (b *attemptBody) Close() error { return nil }
