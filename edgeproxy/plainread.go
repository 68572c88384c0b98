package edgeproxy

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// deadlineSlack is how much earlier than asked for a deadline may pass. It need not be set anew for each request then.
	deadlineSlack = time.Second
	// bodyTime is how long the engine waits for the rest of a small body, before net/http waits for it.
	bodyTime = 5 * time.Second
)

// await returns when bytes of a request are there, and false where none will come.
func (c *plainConn) await() bool {
	if c.work != nil && c.work.next() {
		return true
	}

	if c.secure != nil && (c.readDecrypted() || c.readErr != nil) {
		return c.readErr == nil
	}

	c.release()

	if c.amidRecord() {
		return c.awaitRest()
	}

	patience := idleTimeout
	if c.fresh {
		patience = readHeaderTimeout
	}

	if !c.setIdle(true, patience) {
		return c.lastBytes()
	}

	err := c.awaitBytes()

	c.setIdle(false, patience)

	switch {
	case isTimeout(err):
		return c.lastBytes()
	case err != nil || c.readErr != nil || c.work == nil:
		return false
	default:
		return c.work.have > 0 || c.awaitRest()
	}
}

// awaitBytes waits until there is something of a request. What comes by TLS may be something else.
func (c *plainConn) awaitBytes() error {
	for {
		err := c.tcp.raw.Read(c.wait)
		if err != nil || c.secure == nil || c.work == nil || c.decrypt() || c.readErr != nil || c.amidRecord() {
			return err
		}
	}
}

// amidRecord tells whether a part of a record of TLS has come, and thus of a request.
func (c *plainConn) amidRecord() bool { return c.secure != nil && c.secure.records.reached.within() }

// awaitRest waits for the rest of a record, as long as for the head of a request.
func (c *plainConn) awaitRest() bool {
	c.deadline = time.Time{} // It has passed where the edge stops.
	c.setDeadline(readHeaderTimeout)

	for c.tcp.raw.Read(c.wait) == nil && c.work != nil {
		if c.decrypt() || c.readErr != nil {
			return c.readErr == nil
		}
	}

	return false
}

// readFirst reads what the client has sent. It takes the buffers only when there is something: a connection without a request costs little.
func (c *plainConn) readFirst(descriptor uintptr) bool {
	w := c.engine.take()

	n, err := readNow(int(descriptor), w.in)
	if n > 0 {
		w.have, c.work, c.readErr = n, w, nil

		return true
	}

	c.engine.put(w)

	if errors.Is(err, unix.EAGAIN) {
		return false
	}

	c.readErr = errors.Join(err, net.ErrClosed)

	return true
}

// setIdle notes whether the connection has no request, and returns false where the edge closes such connections.
func (c *plainConn) setIdle(idle bool, patience time.Duration) bool {
	if idle {
		c.setDeadline(patience)
	}

	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.idle = idle

	return !idle || c.fresh || !c.engine.closing.Load()
}

// wakeIdle has a connection without a request end.
func (c *plainConn) wakeIdle() {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	deadline := time.Unix(0, 1)
	if c.fresh {
		deadline = time.Now().Add(firstRequestTime)
	}

	if c.idle {
		_ = c.tcp.SetReadDeadline(deadline) // It fails where the connection is closed.
	}
}

// lastBytes looks once more, without waiting, for a request on a connection that is about to be closed.
func (c *plainConn) lastBytes() bool {
	c.setIdle(false, 0)

	c.deadline = time.Time{}
	c.setDeadline(readHeaderTimeout)

	// It fails where the connection is closed.
	_ = c.tcp.raw.Control(func(descriptor uintptr) { c.wait(descriptor) })

	if c.work == nil {
		return false
	}

	return c.secure == nil || c.decrypt() || (c.readErr == nil && c.amidRecord() && c.awaitRest())
}

// setDeadline sets the deadline of reads from the client, where another one is set.
func (c *plainConn) setDeadline(patience time.Duration) {
	deadline := time.Now().Add(patience)

	if early := deadline.Sub(c.deadline); early >= 0 && early < deadlineSlack {
		return
	}

	c.deadline = deadline
	_ = c.tcp.SetReadDeadline(deadline) // It fails where the connection is closed.
}

// more reads more of what the client sends.
func (c *plainConn) more(patience time.Duration) bool {
	c.setDeadline(patience)

	n, err := c.client.Read(c.work.in[c.work.have:])
	c.work.have += n

	return err == nil
}
