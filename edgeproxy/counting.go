package edgeproxy

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// beginCounting counts a request that is for an app. The caller answers with the writer that it returns, which waits that long for a client of HTTP/2 or 3.
func (e *exchange) beginCounting(w http.ResponseWriter, r *http.Request, patience time.Duration) http.ResponseWriter {
	if e.route.counter == nil {
		return w
	}

	e.counted = e.route.counter
	e.writer.ResponseWriter = w

	if r.ProtoMajor > 1 {
		e.writer.patience = patience
	}

	return &e.writer
}

// endCounting counts the request when the last byte of its answer was written: to the deployment that answered it, which after a flip may be another one.
func (e *exchange) endCounting() {
	if e.counted == nil {
		return
	}

	o := outcome{status: e.status, took: time.Since(e.started), bytesOut: e.writer.written(), timed: !e.isEventStream()}
	if e.body != nil {
		o.bytesIn = e.body.received.Load()
	}

	o.bytesIn += e.writer.received()
	cmp.Or(e.route.counter, e.counted).count(o)
}

// isEventStream tells whether the answer is one that ends when the visitor leaves.
func (e *exchange) isEventStream() bool {
	contentType := e.header["Content-Type"]

	return len(contentType) > 0 && strings.HasPrefix(contentType[0], "text/event-stream")
}
