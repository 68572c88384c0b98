package edgeproxy

import (
	"bytes"
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// scheme is how the client has come.
func (c *plainConn) scheme() string {
	if c.secure != nil {
		return "https"
	}

	return "http"
}

// shakeHands makes TLS's handshake, where the client comes by TLS. net/http gets those that want HTTP/2.
func (c *plainConn) shakeHands() turn {
	if c.secure == nil {
		return turnNext
	}

	c.setIdle(true, readHeaderTimeout)
	err := c.secure.Handshake()
	c.setIdle(false, readHeaderTimeout)

	switch {
	case err != nil:
		return turnEnd // crypto/tls has told the client.
	case c.secure.speaksHTTP2():
		return c.handOver()
	default:
		return turnNext
	}
}

// readDecrypted takes what crypto/tls has received and not returned yet.
func (c *plainConn) readDecrypted() bool {
	if c.work == nil {
		c.work = c.engine.take()
	}

	return c.decrypt()
}

// readRecords is readFirst for a client with TLS: it reads what decrypt makes a request of.
func (c *plainConn) readRecords(descriptor uintptr) bool {
	w := c.work
	if w == nil {
		w = c.engine.take()
	}

	n, err := readNow(int(descriptor), w.lend())
	if n > 0 {
		c.secure.records.fed, c.work = w.up[:n], w

		return true
	}

	c.work = nil
	c.engine.put(w)

	if errors.Is(err, unix.EAGAIN) {
		return false
	}

	c.readErr = errors.Join(err, net.ErrClosed)

	return true
}

// decrypt reads what there is of a request, without waiting, and returns false where there is nothing of one.
func (c *plainConn) decrypt() bool {
	w, records := c.work, c.secure.records

	w.have, c.readErr = c.secure.readNow(w.in)
	// What is left stands in a buffer that is used for other things from now on.
	records.fed = bytes.Clone(records.fed)

	w.takeBack()

	return w.have > 0
}
