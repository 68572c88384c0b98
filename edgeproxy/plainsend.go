package edgeproxy

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// repeatable implements sender.
func (c *plainConn) repeatable() bool {
	return c.work.request.ContentLength == 0 && isIdempotent(view(c.work.request.Method))
}

// status implements sender.
func (c *plainConn) status() int { return c.work.response.Status }

// wantsPage implements sender.
func (c *plainConn) wantsPage() bool {
	return view(c.work.request.Method) == http.MethodGet && prefersHTML(c.accept())
}

// context implements sender. It is for what takes time: from then on it is noticed when the client leaves.
func (c *plainConn) context() context.Context { return c.watch().ctx }

// left tells whether nobody waits for the answer any more.
func (c *plainConn) left() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.gone
}

// send implements sender. It sends the request on a connection that is open, where there is one. If the app has closed that one meanwhile, the request is
// sent on a new one: an old connection says nothing about the app, unless the app's machine is gone.
func (c *plainConn) send(u *upstream) error {
	// A large body gets a connection of its own, which the app has no reason to close just then.
	if c.work.exchange.upload != nil {
		return c.sendNew(u)
	}

	if old := c.engine.apps.take(u, !c.repeatable()); old != nil {
		if err := c.sendOn(old); err == nil || reasonOf(err) == reasonSilent || !mayRetry(c, &c.work.exchange, err) {
			return err
		}
	}

	return c.sendNew(u)
}

// sendNew sends the request on a connection that it makes.
func (c *plainConn) sendNew(u *upstream) error {
	made, err := c.engine.apps.dial(c.context(), u)
	if err != nil {
		return err
	}

	return c.sendOn(made)
}

// sendOn sends the request on a connection, and reads the head of the answer.
func (c *plainConn) sendOn(a *appConn) error {
	mark, idle, first := a.written.Load(), time.Since(a.since), a.since.IsZero()

	err := context.Canceled
	if c.hold(a) {
		err = c.roundTrip(a)
	}

	if err == nil {
		if !first {
			a.upstream.habits.kept(time.Now())
		}

		return nil
	}

	unseen := a.unseen(mark) && reasonOf(err) != reasonSilent

	c.hold(nil)

	_ = a.Close() // Nothing else can be done with it.

	if unseen {
		if !first {
			a.upstream.habits.closed(idle, time.Now())
		}

		return &unseenError{err}
	}

	return err
}

var errSwitched = errors.New("the app switched protocols although nobody asked for it")

func (c *plainConn) roundTrip(a *appConn) error {
	w := c.work
	w.got = 0

	if _, err := a.Write(w.out); err != nil {
		// An app may answer a request before it has read all of it, and close the connection.
		if peek(a.tcp) != peekBytes {
			return err
		}
	}

	c.passUpload(a)

	toHead := view(w.request.Method) == http.MethodHead

	for {
		if err := c.readHead(a, toHead); err != nil {
			if u := w.exchange.upload; u != nil && u.stalled.Load() {
				return errStalled
			}

			return err
		}

		switch {
		case w.response.Status == http.StatusSwitchingProtocols:
			return errSwitched
		case w.response.Status < lowestStatus:
			return statusError(w.response.Status)
		case !w.response.IsInformational():
			return nil
		}

		if err := c.inform(); err != nil {
			return err
		}
	}
}

var errHeadTooLarge = errors.New("the head of the answer is too large")

// readHead reads the head of an answer.
func (c *plainConn) readHead(a *appConn, toHead bool) error {
	w := c.work

	for {
		whole, err := w.response.Parse(w.up[:w.got], toHead)
		if whole || err != nil {
			return err
		}

		if w.up != nil && w.got == len(w.up) {
			if len(w.up) >= maxResponseHeaderBytes {
				return errHeadTooLarge
			}

			w.up = append(w.up, make([]byte, len(w.up))...)
		}

		var room []byte
		if w.up != nil {
			room = w.up[w.got:]
		}

		n, err := c.readApp(a, room, c.patienceForHead())
		w.got += n

		if err != nil && n == 0 {
			return err
		}
	}
}

// inform passes an informational answer on, and takes it out of the buffer.
func (c *plainConn) inform() error {
	w := c.work

	if _, err := c.client.Write(c.appendAnswer(nil, false)); err != nil {
		return err
	}

	w.got = copy(w.up, w.up[w.response.Length:w.got])

	return nil
}
