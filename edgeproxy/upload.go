package edgeproxy

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

const (
	// unreadTime is how long a client may go on sending that has its answer already. It would never see that if the connection were closed under it.
	unreadTime = 500 * time.Millisecond
)

var errStalled = fmt.Errorf("the app takes nothing of the body: %w", os.ErrDeadlineExceeded)

// upload is the body of a request that is too large for a buffer, or of unknown length. A goroutine of its own passes it on, for the app may answer meanwhile.
type upload struct {
	// left is what is still to be read; -1: the chunks tell.
	left   int64
	chunks http1.Chunks

	begun bool // An app may have got a part of it.
	// over is closed when nothing more is passed on.
	over     chan struct{}
	ended    atomic.Bool // All of it was read.
	cut      atomic.Bool // The app has not got all that was read.
	failed   atomic.Bool // The client did not send all of it.
	blame    atomic.Pointer[page]
	stalled  atomic.Bool // The app takes nothing of it.
	received atomic.Int64
	// bounds has the pace in which it has to come until relaxed is true. stopped says that nothing more of it is wanted.
	bounds           bodyBounds
	relaxed, stopped atomic.Bool
	// rest is what the client has sent behind it.
	rest []byte
}

// beginUpload takes what has arrived of the body behind the head, and adds it to what is sent first. A body that is there as a whole is like any small one.
func (c *plainConn) beginUpload() error {
	w := c.work
	u := &upload{left: w.request.ContentLength, over: make(chan struct{}), bounds: c.engine.handler.bounds}

	used, err := u.take(w, w.in[w.request.Length:w.have])
	w.used = w.request.Length + used

	if w.exchange.upload = u; u.ended.Load() {
		close(u.over)
	}

	return err
}

// take adds what arrived to what is ready to be sent, and returns how many bytes of it belong to the body.
func (u *upload) take(w *work, arrived []byte) (int, error) {
	if u.left >= 0 {
		n := u.count(len(arrived))
		w.out = append(w.out, arrived[:n]...)

		return n, nil
	}

	data, used, err := u.chunks.Decode(arrived)
	w.appendChunk(arrived[:data])

	if u.bounds.refusesRequest(u.received.Add(int64(data))) {
		return used, errBodyTooLarge
	}

	if u.chunks.Over() {
		// Trailers would go around the guard of headers. Any proxy may drop those of a request.
		w.out = append(w.out, "0\r\n\r\n"...)
		u.ended.Store(true)
	}

	return used, err
}

// passUpload begins to pass the rest of the body on. The app has got what was ready.
func (c *plainConn) passUpload(a *appConn) {
	u := c.work.exchange.upload
	if u == nil || u.begun {
		return
	}

	if u.begun = true; u.ended.Load() {
		return
	}

	c.unwatch()

	c.deadline = time.Time{}
	u.setDeadline(c, 0)

	go func() {
		defer close(u.over)

		u.pass(c, a)
	}()
}

// pass reads the rest of the body until it ends or the app takes no more.
func (u *upload) pass(c *plainConn, a *appConn) {
	buffer := largeBuffers.Get().(*largeBuffer) //nolint:forcetypeassert // There is nothing else in it.
	defer largeBuffers.Put(buffer)

	chunks := &work{}

	for !u.ended.Load() {
		n, err := u.read(c, buffer[:u.most()])
		if n == 0 && err != nil {
			u.fail(c, a, err)

			return
		}

		sent, used, err := u.next(chunks, buffer[:n])
		if err != nil {
			u.fail(c, a, err)

			return
		}

		u.rest = append(u.rest, buffer[used:n]...)

		if _, err := a.Write(sent); err != nil {
			u.cut.Store(true)

			if u.stalled.Store(isTimeout(err)); u.stalled.Load() {
				_ = a.Close() // Nothing more is sent on it.
			}

			return
		}
	}
}

// most is how much is read at once. What arrives behind a body of unknown length has to fit where requests are read to.
func (u *upload) most() int {
	if u.left < 0 {
		return largestHead
	}

	return int(min(int64(len(largeBuffer{})), u.left))
}

// next returns what of the bytes that arrived is sent, and how many of them belong to the body. A body of known length is sent as it is.
func (u *upload) next(chunks *work, arrived []byte) (sent []byte, used int, _ error) {
	if u.left >= 0 {
		used = u.count(len(arrived))

		return arrived[:used], used, nil
	}

	chunks.out = chunks.out[:0]
	used, err := u.take(chunks, arrived)

	return chunks.out, used, err
}

// count notes the arrival of so many bytes, and returns how many of them belong to the body of known length.
func (u *upload) count(arrived int) int {
	n := min(int64(arrived), u.left)
	u.received.Add(n)
	u.left -= n
	u.ended.Store(u.left == 0)

	return int(n)
}

// fail notes that the client did not send what it should have. The app is told by the end of its connection.
func (u *upload) fail(c *plainConn, a *appConn, err error) {
	switch {
	case isTimeout(err):
		return // It was stopped.
	case !errors.Is(err, io.EOF) && !errors.Is(err, http1.ErrChunks) && !errors.Is(err, errBodySlow) && !errors.Is(err, errBodyTooLarge):
		c.leave()
	}

	u.blame.Store(blameFor(err))
	u.failed.Store(true)

	_ = a.Close() // Nothing more is sent on it.
}

// passing tells whether the body is being passed on.
func (u *upload) passing() bool {
	if u == nil || !u.begun {
		return false
	}

	select {
	case <-u.over:
		return false
	default:
		return true
	}
}

// endUpload is called when the answer has ended, or the connection to the app, which is nil then. It returns whether the whole body was passed on; where it
// was not, the app's connection ends with this request. The client's connection ends where the body was not read to its end; a client whose body was read whole
// was told that its connection stays, and keeps it.
func (c *plainConn) endUpload(a *appConn) bool {
	w := c.work

	u := w.exchange.upload
	if u == nil {
		return true
	}

	if u.passing() {
		timer := time.NewTimer(settleTime)
		defer timer.Stop()

		select {
		case <-u.over:
		case <-timer.C:
			u.cut.Store(true)

			if a != nil {
				_ = a.Close() // A write may wait for the app.
			}

			u.stopped.Store(true)
			_ = c.tcp.SetReadDeadline(time.Unix(0, 1)) // It fails where the connection is closed.

			<-u.over
		}
	}

	c.deadline = time.Time{}
	c.unread = !u.ended.Load()

	return !c.unread && !u.cut.Load()
}
