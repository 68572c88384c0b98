package edgeproxy

import (
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
