package edgeproxy

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// watch looks whether the client is still there while an app takes its time. A goroutine of its own waits for the client to send or to leave.
type watch struct {
	ctx    context.Context //nolint:containedctx // It ends with the request.
	cancel context.CancelFunc
	stop   chan struct{}
	over   chan struct{}
}

// watch begins to watch the client, where it does not yet.
func (c *plainConn) watch() *watch {
	if c.watching != nil {
		return c.watching
	}

	w := &watch{stop: make(chan struct{}), over: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	c.watching = w

	if c.work.exchange.upload.passing() {
		// The client is heard of while its body is read.
		close(w.over)

		return w
	}

	if c.left() {
		w.cancel()
	} else {
		// The deadline is set before the goroutine begins, since unwatch sets another one to end it.
		c.deadline = time.Time{}
		_ = c.tcp.SetReadDeadline(time.Time{}) // It fails where the connection is closed.
	}

	go func() {
		defer close(w.over)

		if c.clientLeaves(w.stop) {
			c.leave()
			w.cancel()
		}
	}()

	return w
}

// unwatch ends the watch, where there is one.
func (c *plainConn) unwatch() {
	w := c.watching
	if w == nil {
		return
	}

	close(w.stop)

	_ = c.tcp.SetReadDeadline(time.Unix(0, 1)) // It fails where the connection is closed.

	<-w.over
	w.cancel()

	c.watching, c.deadline = nil, time.Time{}
}

// clientLeaves returns true when the client has left, and false when it has sent something or the watch has been stopped. Of a client that closes its side of
// the connection nobody knows whether it has left: it counts as gone after a while.
func (c *plainConn) clientLeaves(stop <-chan struct{}) bool {
	var (
		n    int
		lost error
	)

	err := c.tcp.raw.Read(func(descriptor uintptr) bool {
		var one [1]byte

		n, lost = peekNow(int(descriptor), one[:])

		return !errors.Is(lost, unix.EAGAIN)
	})

	switch {
	case err != nil:
		return c.left()
	case lost != nil:
		return true
	case n > 0:
		return false
	}

	timer := time.NewTimer(c.engine.patience)
	defer timer.Stop()

	select {
	case <-stop:
		return false
	case <-timer.C:
		return true
	}
}
