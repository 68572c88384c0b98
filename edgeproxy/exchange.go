package edgeproxy

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// exchange is one request on its way through the edge. It travels in the request's context, because that is all that
// httputil.ReverseProxy hands from the handler to the transport.
type exchange struct {
	id       string
	host     string
	route    *route
	upstream *upstream   // The one that holds the request now; nil before the first and after a failed attempt.
	tried    []*upstream // Since the request was last held.
	attempts int
	// holdUntil is when the request is answered for want of a VM; zero before it is held for the first time.
	holdUntil time.Time
	lost      bool        // A connection was lost after the request may have been sent.
	header    http.Header // Of the answer.
	status    int
	started   time.Time
	body      *requestBody // nil for requests without one.
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
	e.attempts++
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

// closeIfUnread has HTTP/1.1 connections end with an answer that comes before the end of the request's body. net/http could
// take what is left of the body for the next request.
func (e *exchange) closeIfUnread(r *http.Request) {
	if r.ProtoMajor == 1 && e.body != nil && !e.body.ended.Load() {
		e.header.Set("Connection", "close")
	}
}

// askToLeave has an HTTP/1.1 client open its next connection elsewhere: one that the edge closed when it stops could have a request
// under way. HTTP/2 has a message of its own for it.
func (e *exchange) askToLeave(r *http.Request) {
	if r.ProtoMajor == 1 && r.Header.Get("Upgrade") == "" {
		e.header.Set("Connection", "close")
	}
}

// bodyFailed tells whether the client is to blame for a failed attempt.
func (e *exchange) bodyFailed() bool {
	return e.body != nil && e.body.failed.Load()
}
