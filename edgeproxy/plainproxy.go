package edgeproxy

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"
	"unsafe"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// view returns the bytes as a string without copying them. It is good for as long as they stay as they are.
func view(bytes []byte) string { return unsafe.String(unsafe.SliceData(bytes), len(bytes)) } //nolint:gosec // The caller keeps no view.

// proxy sends the request to the app and its answer to the client.
func (c *plainConn) proxy(r *route, large bool) turn {
	h, w := c.engine.handler, c.work
	e := c.begin(r)

	h.meters.inFlight.Add(1)
	defer h.meters.inFlight.Add(-1)

	e.counted = r.counter
	defer h.admission.release(e)

	w.out = c.appendRequest(w.out[:0])
	next := c.serveTaken(large)

	c.unwatch()
	c.finish()

	if e.upload != nil && len(e.upload.rest) > 0 {
		w.grow(len(e.upload.rest))

		w.used, w.have = 0, copy(w.in, e.upload.rest)
	}

	return next
}

// begin begins the exchange of a request, which finish ends.
func (c *plainConn) begin(r *route) *exchange {
	c.work.forget()

	e := &c.work.exchange
	e.host, e.route, e.started = r.hostname, r, time.Now()
	e.id = c.requestID()

	if r.https.remember != "" {
		e.hsts = r.https.rememberedBy(c.cameBy())
	}

	c.beginTrace()

	return e
}

// serveTaken answers the request, with its body.
func (c *plainConn) serveTaken(large bool) turn {
	h := c.engine.handler

	if err := c.takeBody(large); err != nil {
		c.unread = true

		return c.page(*blameFor(err))
	}

	if p, ok := h.admission.admit(&c.work.exchange, h.forwarding.visitor(c.said(), c.peer)); !ok {
		c.endUpload(nil)

		return c.page(p)
	}

	return c.deliver()
}

// takeBody adds the body to what is sent with the head. Of a large one it takes what has arrived.
func (c *plainConn) takeBody(large bool) error {
	w := c.work

	if c.engine.handler.bounds.refusesRequest(w.request.ContentLength) {
		return errBodyTooLarge
	}

	if large {
		return c.beginUpload()
	}

	w.used = w.request.Length + int(w.request.ContentLength)
	w.out = append(w.out, w.in[w.request.Length:w.used]...)

	return nil
}

// deliver has an app answer the request, or answers with a page that says why none does.
func (c *plainConn) deliver() turn {
	e := &c.work.exchange

	err := c.engine.transport.deliver(c, e)
	if err == nil {
		err = c.checkAnswer()
	}

	if err == nil {
		return c.answer()
	}

	c.endUpload(nil)

	switch {
	case e.bodyFailed():
		// A client that has closed its side only can still read the answer.
		return c.page(e.bodyPage())
	case c.left():
		e.status = statusClientGone

		return turnEnd
	default:
		// The level is debug because visitors of a broken app would fill the log.
		c.engine.logger.Debug("an app did not answer", slog.String("request_id", e.id), slog.String("host", e.host),
			logging.Deployment(e.route.deploymentID), logging.Error(err))

		return c.page(pageFor(err))
	}
}

// finish counts and notes the request, as soon as the last byte of its answer was written.
func (c *plainConn) finish() {
	w := c.work
	e, request := &w.exchange, &w.request

	c.engine.handler.note(context.Background(), asked{view(request.Method), view(request.Host), view(request.Target), ""}, protocol11, e)

	if e.counted != nil {
		cmp.Or(e.route.counter, e.counted).count(outcome{
			status: e.status, took: time.Since(e.started), bytesOut: e.answer.bytes, bytesIn: c.bytesIn(), timed: !e.eventStream,
		})
	}

	e.endTrace()
	e.release()
}

// bytesIn is how much of the request's body was received.
func (c *plainConn) bytesIn() int64 {
	if u := c.work.exchange.upload; u != nil {
		return u.received.Load()
	}

	return c.work.request.ContentLength
}

// requestID returns the id that a trusted proxy gave the request, or a new one.
func (c *plainConn) requestID() string {
	if c.standing != fromStranger {
		for i := range c.work.request.Fields {
			if field := &c.work.request.Fields[i]; http1.EqualFold(field.Name, "x-request-id") && isRequestID(view(field.Value)) {
				return string(field.Value)
			}
		}
	}

	return id.New().String()
}

// page answers with a page of the edge's own.
func (c *plainConn) page(p page) turn {
	w := c.work
	e := &w.exchange
	e.status = p.status
	e.answer.beginOwn(e.started)

	header, body := p.compose(c.accept(), e.route, e.id)
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))

	ends := c.endsAfterAnswer()
	if ends {
		header.Set("Connection", "close")
	}

	w.out = appendStatus(w.out[:0], p.status, nil)
	for name, values := range header {
		w.out = appendField(w.out, name, values[0])
	}

	w.out = append(w.out, "\r\n"...)

	if view(w.request.Method) != http.MethodHead {
		w.out = append(w.out, body...)
		e.answer.bytes = int64(len(body))
	}

	if _, err := c.client.Write(w.out); err != nil || ends {
		return turnEnd
	}

	return turnNext
}

// accept returns the request's Accept fields.
func (c *plainConn) accept() []string {
	accept := make([]string, 0, 1)

	for i := range c.work.request.Fields {
		if field := &c.work.request.Fields[i]; http1.EqualFold(field.Name, "accept") {
			accept = append(accept, string(field.Value))
		}
	}

	return accept
}

// endsAfterAnswer tells whether the connection ends with this answer. A client of an edge that is about to stop uses another connection, and thus another edge,
// for its next request.
func (c *plainConn) endsAfterAnswer() bool {
	u := c.work.exchange.upload

	return c.work.request.Close || c.unread || (u != nil && !u.ended.Load()) || c.engine.handler.draining.Load()
}
