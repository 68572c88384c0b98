package edgeproxy

import "time"

// read reads what the client sends, and returns errBodySlow where that takes too long.
func (u *upload) read(c *plainConn, buffer []byte) (int, error) {
	for {
		left, err := u.bounds.pace.left()
		if u.relaxed.Load() {
			left, err = 0, nil
		}

		if err != nil {
			return 0, err
		}

		begun := time.Now()
		u.setDeadline(c, left)

		n, err := c.client.Read(buffer)
		u.bounds.pace.note(n, time.Since(begun))

		switch {
		case n > 0 || !isTimeout(err) || u.stopped.Load() || c.left():
			return n, err
		case !u.relaxed.Load():
			return 0, errBodySlow
		}
	}
}

// setDeadline sets how long the next read may take; 0: for ever. It is called by the goroutine that reads.
func (u *upload) setDeadline(c *plainConn, left time.Duration) {
	var deadline time.Time
	if left > 0 {
		deadline = time.Now().Add(left)
	}

	_ = c.tcp.SetReadDeadline(deadline) // It fails where the connection is closed.

	if left > 0 && u.relaxed.Load() {
		_ = c.tcp.SetReadDeadline(time.Time{}) // It fails where the connection is closed.
	}

	// Whoever ends the read sets a deadline as well, and may have done so just before.
	if u.stopped.Load() || c.left() {
		_ = c.tcp.SetReadDeadline(time.Unix(0, 1)) // It fails where the connection is closed.
	}
}

// relax ends the watch over the pace: an app that answers already may talk with its client for as long as it likes.
func (u *upload) relax(c *plainConn) {
	if !u.passing() {
		return
	}

	u.relaxed.Store(true)

	_ = c.tcp.SetReadDeadline(time.Time{}) // It fails where the connection is closed.

	if c.left() {
		_ = c.tcp.SetReadDeadline(time.Unix(0, 1)) // It fails where the connection is closed.
	}
}
