package edgeproxy

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

const (
	// quickTime is how long an app may take before the client is watched.
	quickTime = 100 * time.Millisecond
	// quickLeast is what may be left of it where the deadline of an earlier read is used again.
	quickLeast = quickTime / 2
)

// readApp reads what the app sends; without a buffer into one that it lends to the work. It returns an error of a deadline when the app has sent nothing for
// that long; 0: for ever.
func (c *plainConn) readApp(a *appConn, buffer []byte, patience time.Duration) (int, error) {
	for c.watching == nil {
		if now := time.Now(); a.deadline.Sub(now) < quickLeast {
			a.deadline = now.Add(quickTime)
			_ = a.SetReadDeadline(a.deadline) // It fails where the connection is closed.
		}

		n, err := c.readSome(a, buffer)
		if n > 0 || !isTimeout(err) {
			return n, err
		}

		// While its body is read the client is heard of, and the app need not answer.
		if !c.work.exchange.upload.passing() {
			c.watch()
		} else if isSilent(a.tcp) {
			return 0, &silentError{err}
		}
	}

	begun := time.Now()

	for {
		wait := silenceCheck
		if patience > 0 {
			wait = min(wait, patience-time.Since(begun))
		}

		_ = a.SetReadDeadline(time.Now().Add(wait)) // It fails where the connection is closed.
		a.deadline = time.Time{}

		n, err := c.readSome(a, buffer)

		switch {
		case n > 0 || !isTimeout(err):
			return n, err
		case isSilent(a.tcp):
			return 0, &silentError{err}
		case patience > 0 && time.Since(begun) >= patience:
			return 0, err
		}
	}
}

func (c *plainConn) readSome(a *appConn, buffer []byte) (int, error) {
	if buffer == nil {
		return a.readLent(c.work)
	}

	return a.Read(buffer)
}

// checkAnswer refuses an answer that says that it is too large.
func (c *plainConn) checkAnswer() error {
	response := &c.work.response
	if response.Framing != http1.Counted || !c.engine.handler.bounds.refusesAnswer(response.ContentLength) {
		return nil
	}

	_ = c.app.Close() // Nothing of it is read.

	c.hold(nil)

	return errAnswerLarge
}

// answer passes the app's answer on, of which the head has been read.
func (c *plainConn) answer() turn {
	w := c.work
	e, a := &w.exchange, c.app
	e.status = w.response.Status
	e.answer.beginOwn(e.started)
	e.answer.broken = true
	e.upload.relax(c)

	ends := c.endsAfterAnswer()
	e.eventStream = c.isEventStream()

	request := w.out
	w.out = c.appendAnswer(w.lent.out, ends)
	whole, reusable := c.passBody(a)
	w.out = request
	e.answer.broken = !whole
	sent := c.endUpload(a)

	c.hold(nil)

	if reusable && sent {
		c.engine.apps.put(a, c.idleTime(a))
	} else {
		if whole && !w.response.Close && a.acceptedAtEnd.Load() != neverEnded {
			a.upstream.habits.closed(0, time.Now())
		}

		_ = a.Close() // Nothing else can be done with it.
	}

	w.takeBack()

	if !whole || c.unread || ends {
		return turnEnd
	}

	return turnNext
}

func (c *plainConn) isEventStream() bool {
	for i := range c.work.response.Fields {
		if field := &c.work.response.Fields[i]; http1.EqualFold(field.Name, "content-type") {
			return strings.HasPrefix(view(field.Value), "text/event-stream")
		}
	}

	return false
}

// idleTime returns how long the connection may be idle.
func (c *plainConn) idleTime(a *appConn) time.Duration {
	var keepAlive []string

	for i := range c.work.response.Fields {
		if field := &c.work.response.Fields[i]; field.Known == http1.Hop && http1.EqualFold(field.Name, "keep-alive") {
			keepAlive = append(keepAlive, string(field.Value))
		}
	}

	return a.upstream.habits.idleTime(keepAlive, time.Now())
}

// passBody writes the head that is ready and the body behind it. It returns whether the client has got all of it, and whether the connection to the app is
// good for another request.
func (c *plainConn) passBody(a *appConn) (whole, reusable bool) {
	w := c.work
	rest := w.up[w.response.Length:w.got]

	switch w.response.Framing {
	case http1.Counted:
		return c.passCounted(a, rest)
	case http1.Chunked:
		return c.passChunks(a, rest)
	case http1.UntilClose:
		return c.passUntilClose(a, rest), false
	case http1.NoBody:
	}

	_, err := c.client.Write(w.out)

	return err == nil, len(rest) == 0 && !w.response.Close
}

// flush writes what is ready, which holds so many bytes of the body.
func (c *plainConn) flush(body int) error {
	w := c.work

	_, err := c.client.Write(w.out)
	w.out = w.out[:0]

	if err == nil {
		w.exchange.answer.bytes += int64(body)
	}

	return err
}

// exceeds tells whether the answer is too large with so many more bytes of its body.
func (c *plainConn) exceeds(body int) bool {
	return c.engine.handler.bounds.refusesAnswer(c.work.exchange.answer.bytes + int64(body))
}

func (c *plainConn) passCounted(a *appConn, rest []byte) (whole, reusable bool) {
	w := c.work
	left := w.response.ContentLength
	extra := int64(len(rest)) > left
	rest = rest[:min(int64(len(rest)), left)]

	w.out = append(w.out, rest...)
	if err := c.flush(len(rest)); err != nil {
		return false, false
	}

	left -= int64(len(rest))
	buffer := w.up

	if left > int64(len(buffer)) {
		large := largeBuffers.Get().(*largeBuffer) //nolint:forcetypeassert // There is nothing else in it.
		defer largeBuffers.Put(large)

		buffer = large[:]
	}

	for left > 0 {
		n, err := c.readApp(a, buffer[:min(int64(len(buffer)), left)], 0)
		left -= int64(n)

		if n == 0 && err != nil {
			return false, false
		}

		if _, err := c.client.Write(buffer[:n]); err != nil {
			return false, false
		}

		w.exchange.answer.bytes += int64(n)
	}

	return true, !extra && !w.response.Close
}

// passChunks writes the chunks anew: the client sees one way to write them, whatever the app's.
func (c *plainConn) passChunks(a *appConn, rest []byte) (whole, reusable bool) {
	w := c.work
	w.chunks = http1.Chunks{}

	for {
		data, used, err := w.chunks.Decode(rest)
		w.appendChunk(rest[:data])

		if err != nil || c.exceeds(data) {
			_ = c.flush(data) // It fails only when the client has gone.

			return false, false
		}

		if w.chunks.Over() {
			w.out = append(append(append(w.out, "0\r\n"...), w.chunks.Trailers...), crlf...)

			return c.flush(data) == nil, used == len(rest) && !w.response.Close
		}

		if len(w.out) > 0 {
			if err := c.flush(data); err != nil {
				return false, false
			}
		}

		n, err := c.readApp(a, w.up, 0)
		if rest = w.up[:n]; n == 0 && err != nil {
			return false, false
		}
	}
}

// appendChunk adds a chunk with the data to what is ready.
func (w *work) appendChunk(data []byte) {
	if len(data) > 0 {
		w.out = append(strconv.AppendInt(w.out, int64(len(data)), 16), crlf...)
		w.out = append(append(w.out, data...), crlf...)
	}
}

func (c *plainConn) passUntilClose(a *appConn, rest []byte) (whole bool) {
	w := c.work

	for {
		w.appendChunk(rest)
		exceeds := c.exceeds(len(rest))

		if len(w.out) > 0 {
			if err := c.flush(len(rest)); err != nil || exceeds {
				return false
			}
		}

		n, err := c.readApp(a, w.up, 0)

		switch rest = w.up[:n]; {
		case n > 0:
		case errors.Is(err, io.EOF):
			w.out = append(w.out, "0\r\n\r\n"...)

			return c.flush(0) == nil
		case err != nil:
			return false
		}
	}
}
