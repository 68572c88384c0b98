package edgeproxy

import (
	"bytes"
	"time"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

// serve serves the request of which bytes are there.
func (c *plainConn) serve() turn {
	w := c.work

	var until time.Time

	for {
		switch w.request.Parse(w.in[:w.have]) {
		case http1.Incomplete:
			if until.IsZero() {
				until = time.Now().Add(readHeaderTimeout)
			}

			if w.have == len(w.in) && len(w.in) < largestHead {
				w.grow(largestHead)
			}

			if w.have == len(w.in) || !c.more(time.Until(until)) {
				return c.handOver()
			}
		case http1.Unusual:
			return c.handOver()
		case http1.Plain:
			return c.serveParsed()
		}
	}
}

func (c *plainConn) serveParsed() turn {
	w := c.work

	r := c.route()
	if r == nil {
		return c.handOver()
	}

	if origin := c.sentOn(r); origin != "" {
		return c.redirect(r, origin)
	}

	large := w.request.ContentLength < 0 || w.request.ContentLength > maxKept

	// A small body is read to its end before an app is asked: a client that sends it slowly occupies none. net/http knows what is too slow.
	if !large && !c.readSmall(w.request.Length+int(w.request.ContentLength)) {
		return c.handOver()
	}

	if c.fresh {
		c.settle()
	}

	return c.proxy(r, large)
}

// readSmall reads the request up to that length, and returns false where that takes long.
func (c *plainConn) readSmall(length int) bool {
	w := c.work
	w.grow(length)

	var until time.Time

	for w.have < length {
		if until.IsZero() {
			until = time.Now().Add(c.engine.handler.bounds.pace.within(bodyTime))
		}

		if !c.more(time.Until(until)) {
			return false
		}
	}

	return true
}

// route returns the route of the request where it leads to an app that is live or to another origin, and nil otherwise.
func (c *plainConn) route() *route {
	request := &c.work.request

	current := c.engine.handler.table.Load()
	if current == nil || isHealthPath(request.Path()) || mayBeChallenge(request.Path()) {
		return nil
	}

	host, err := normalizeHost(view(request.Host))
	if err != nil {
		return nil
	}

	found := current.lookup(host)
	if found == nil || (!found.reachesApp() && found.redirectTo == "") {
		return nil
	}

	return found
}

// handOver gives the connection to net/http, with what was read of the present request and behind it.
func (c *plainConn) handOver() turn {
	var begun []byte
	if c.work != nil {
		begun = bytes.Clone(c.work.in[:c.work.have])
	}

	c.release()

	// net/http sets its own.
	_ = c.tcp.SetReadDeadline(time.Time{})

	if c.secure == nil {
		c.entrance.others.give(&begunConn{c.tcp.TCPConn, begun, c.remote})
	} else {
		c.secure.unread(begun)
		c.entrance.others.give(c.secure)
	}

	return turnOver
}
