package edgeproxy

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"
)

// exchange is one request on its way through the edge. The request's context carries it: httputil.ReverseProxy hands nothing else from the
// handler to the transport.
type exchange struct {
	id string
	// host is the hostname of the route, or that of the request where there is no route.
	host     string
	route    *route
	upstream *upstream   // The one that has the request now; nil before the first attempt and after a failed one.
	tried    []*upstream // The upstreams of the attempts since the holder last released the request.
	attempts int
	// holdUntil is when the request is answered although no VM takes it; zero before it is held for the first time.
	holdUntil time.Time
	// noRoom says that the platform has no room to start the app, which sleeps; known once the request was held.
	noRoom  bool
	lost    bool        // A connection was lost after the request may have been sent.
	header  http.Header // The answer's.
	status  int
	started time.Time
	answer  answerMeter
	body    *requestBody // nil for requests without one, and for those of plainConn.
	upload  *upload      // Of plainConn, for bodies that are not sent with the head; else nil.

	// hsts is the answer's Strict-Transport-Security, unless the app has one; empty: none.
	hsts string

	// counted is where the request is counted; nil where it is not for an app.
	counted *counter
	// admitted says that admission counts the request as in flight, for this visitor.
	admitted bool
	visitor  netip.Addr
	writer   countingWriter
	// eventStream says that the answer is one that ends when the visitor leaves; plainConn alone notes it.
	eventStream bool
	// span is the trace that plainConn has begun; nil: none.
	span trace.Span
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

// release takes the request back, where an upstream has it.
func (e *exchange) release() {
	if e.upstream != nil {
		e.upstream.inFlight.Add(-1)
		e.upstream = nil
	}
}

// vmID returns the id of the VM that has the request, or the zero UUID.
func (e *exchange) vmID() uuid.UUID {
	if e.upstream == nil {
		return uuid.Nil
	}

	return e.upstream.vmID
}

// closeIfUnread ends an HTTP/1.1 connection with this answer where the request's body has not been read to its end: net/http could take the
// rest of the body for the next request.
func (e *exchange) closeIfUnread(r *http.Request) {
	if r.ProtoMajor == 1 && e.body != nil && !e.body.ended.Load() {
		e.header.Set("Connection", "close")
	}
}

// closeAfterAnswer makes an HTTP/1.1 client use another connection, and thus another edge, for its next request. A connection that the edge
// itself closed when it stops could have a request under way. For HTTP/2 the server sends GOAWAY by itself.
func (e *exchange) closeAfterAnswer(r *http.Request) {
	if r.ProtoMajor == 1 && r.Header.Get("Upgrade") == "" {
		e.header.Set("Connection", "close")
	}
}

// bodyFailed tells whether an attempt failed because the client did not send the whole body.
func (e *exchange) bodyFailed() bool {
	return (e.body != nil && e.body.failed.Load()) || (e.upload != nil && e.upload.failed.Load())
}

// endBody is called when the handler ends.
func (e *exchange) endBody() {
	if e.body != nil {
		e.body.end()
	}
}

// bodyPage returns the page for a body that failed.
func (e *exchange) bodyPage() page {
	var blame *page

	switch {
	case e.body != nil:
		blame = e.body.blame.Load()
	case e.upload != nil:
		blame = e.upload.blame.Load()
	}

	if blame == nil {
		return pageBadRequest
	}

	return *blame
}

// rewind makes the body ready to be sent from its beginning, and returns false where that is not possible any more.
func (e *exchange) rewind() bool {
	return (e.body == nil || e.body.rewind()) && (e.upload == nil || !e.upload.begun)
}
