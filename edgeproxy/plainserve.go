package edgeproxy

import (
	"time"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

// serve serves the request of which bytes are there.
func (c *plainConn) serve() turn {
	w := c.work

	for {
		switch w.request.Parse(w.in[:w.have]) {
		case http1.Incomplete:
			if w.have == len(w.in) || !c.more(readHeaderTimeout) {
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

	large := w.request.ContentLength < 0 || w.request.ContentLength > int64(len(w.in)-w.request.Length)

	for !large && w.have < w.request.Length+int(w.request.ContentLength) {
		if !c.more(bodyTime) {
			return c.handOver()
		}
	}

	if c.fresh {
		c.settle()
	}

	return c.proxy(r, large)
}

// route returns the route of the request where it leads to an app that is live, and nil otherwise.
func (c *plainConn) route() *route {
	request := &c.work.request

	current := c.engine.handler.table.Load()
	if current == nil || isHealthPath(request.Path()) {
		return nil
	}

	host, err := normalizeHost(view(request.Host))
	if err != nil {
		return nil
	}

	found := current.lookup(host)
	if found == nil || !found.reachesApp() {
		return nil
	}

	return found
}

// handOver gives the connection to net/http, with what was read of the present request and behind it.
func (c *plainConn) handOver() turn {
	begun := make([]byte, c.work.have)
	copy(begun, c.work.in)
	c.release()

	// net/http sets its own.
	_ = c.tcp.SetReadDeadline(time.Time{})

	c.engine.others.give(&begunConn{c.tcp.TCPConn, begun, c.remote})

	return turnOver
}
