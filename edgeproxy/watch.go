package edgeproxy

import (
	"cmp"
	"context"
	"errors"
	"io"
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
	sent, err := c.hear()

	switch {
	case isTimeout(err):
		return c.left()
	case sent:
		return false
	case err != nil && !errors.Is(err, io.EOF):
		return true
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

// hear waits until the client has sent something, which it leaves there. The client's end is io.EOF.
func (c *plainConn) hear() (sent bool, err error) {
	if c.secure != nil {
		return c.secure.hear()
	}

	var (
		n    int
		lost error
	)

	err = c.tcp.raw.Read(func(descriptor uintptr) bool {
		var one [1]byte

		n, lost = peekNow(int(descriptor), one[:])

		return !errors.Is(lost, unix.EAGAIN)
	})

	if err = cmp.Or(err, lost); err == nil && n == 0 {
		err = io.EOF
	}

	return n > 0, err
}
