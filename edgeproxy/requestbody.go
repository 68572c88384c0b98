package edgeproxy

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// settleTime is how long a read of the client's body may go on after the app's answer has ended.
const settleTime = 50 * time.Millisecond

// maxKept is how much of a body is kept so that it can be sent again. A request with a larger one gets a connection of its own, which the app
// has no reason to close just then.
const maxKept = 64 << 10

// requestBody is the body of a request. http.Transport may still be reading it when the app has answered.
type requestBody struct {
	io.ReadCloser

	// kept is what was read, up to maxKept, and again is the part of it that is to be read once more. Whoever holds the token uses them.
	kept, again []byte
	overflowed  bool // More was read than is kept.

	reading chan struct{} // Holds the one token that a reader takes.
	ended   atomic.Bool   // All of it was read.
	failed  atomic.Bool   // A read failed: the fault is the client's, not the app's.
	blame   atomic.Pointer[page]
	settled atomic.Bool // It must not be read any more.

	received atomic.Int64 // How many bytes were read of what the client sent.

	most int64 // The largest body; 0: no bound.
	// pace bounds how long reads take until relaxed is true.
	pace    pace
	relaxed atomic.Bool

	// deadlines guards deadline, which is nil once the handler has ended.
	deadlines sync.Mutex
	deadline  func(time.Time) error
}

// newRequestBody makes the body of a request whose reads end when the deadline that was set last has passed.
func newRequestBody(source io.ReadCloser, bounds bodyBounds, deadline func(time.Time) error) *requestBody {
	b := &requestBody{ReadCloser: source, reading: make(chan struct{}, 1), most: bounds.request, pace: bounds.pace, deadline: deadline}
	b.reading <- struct{}{}

	return b
}

// fill reads a small body to its end, and makes it ready to be read from its beginning.
func (b *requestBody) fill() error {
	if _, err := io.Copy(io.Discard, b); err != nil {
		return err
	}

	b.rewind()

	return nil
}

// relax ends the watch over the pace: an app that answers already may talk with its client for as long as it likes.
func (b *requestBody) relax() {
	b.relaxed.Store(true)
	b.setDeadline(time.Time{})
}

// setDeadline sets when a read ends; the zero time stands for never.
func (b *requestBody) setDeadline(at time.Time) {
	b.deadlines.Lock()
	defer b.deadlines.Unlock()

	if b.deadline != nil {
		_ = b.deadline(at) // It fails where the connection is closed.
	}
}

// end is called when the handler ends. A read may go on beyond that, in http.Transport, and must set no deadline any more: net/http panics where a handler
// of HTTP/2 has ended, and has the next request on a connection of HTTP/1.1.
func (b *requestBody) end() {
	b.deadlines.Lock()
	defer b.deadlines.Unlock()

	b.deadline = nil
}

func (b *requestBody) Read(buffer []byte) (int, error) {
	<-b.reading

	defer func() { b.reading <- struct{}{} }()

	if b.settled.Load() {
		return 0, http.ErrBodyReadAfterClose
	}

	if len(b.again) > 0 {
		n := copy(buffer, b.again)
		b.again = b.again[n:]

		return n, nil
	}

	n, err := b.readPaced(buffer)
	b.keep(buffer[:n])

	if received := b.received.Add(int64(n)); b.most > 0 && received > b.most {
		err = errBodyTooLarge
	}

	switch {
	case errors.Is(err, io.EOF):
		b.ended.Store(true)
	case err != nil:
		b.blame.Store(blameFor(err))
		b.failed.Store(true)
	}

	return n, err
}

// readPaced reads what the client sends, and returns errBodySlow where that takes too long.
func (b *requestBody) readPaced(buffer []byte) (int, error) {
	left, err := b.pace.left()

	switch {
	case b.relaxed.Load() || (left == 0 && err == nil):
		return b.ReadCloser.Read(buffer)
	case err != nil:
		return 0, err
	}

	begun := time.Now()
	b.setDeadline(begun.Add(left))

	if b.relaxed.Load() {
		b.setDeadline(time.Time{})
	}

	n, err := b.ReadCloser.Read(buffer)
	b.pace.note(n, time.Since(begun))

	if isTimeout(err) {
		return n, errBodySlow
	}

	// From the end of the body on, net/http reads to learn whether the client is there.
	b.setDeadline(time.Time{})

	return n, err
}

// blameFor returns the page for a body that could not be read.
func blameFor(err error) *page {
	switch {
	case errors.Is(err, errBodySlow):
		return &pageBodySlow
	case errors.Is(err, errBodyTooLarge):
		return &pageBodyTooLarge
	default:
		return &pageBadRequest
	}
}

func (b *requestBody) keep(read []byte) {
	if b.overflowed = b.overflowed || len(b.kept)+len(read) > maxKept; b.overflowed {
		b.kept = nil

		return
	}

	b.kept = append(b.kept, read...)
}

// rewind makes the next Read begin anew, and returns false where not all that was read has been kept. No attempt may be reading the body.
func (b *requestBody) rewind() bool {
	<-b.reading

	defer func() { b.reading <- struct{}{} }()

	b.again = b.kept

	return !b.overflowed
}

// settle forbids further reads and waits, for settleTime at the most, until none is under way. net/http would break off a read that is under
// way when the handler returns, and would not skip the rest of the body then: closing the connection would reset it, and the client would
// never see the answer.
func (b *requestBody) settle() {
	if b.settled.Store(true); b.ended.Load() {
		return
	}

	timer := time.NewTimer(settleTime)
	defer timer.Stop()

	select {
	case <-b.reading:
		b.reading <- struct{}{}
	case <-timer.C:
	}
}
