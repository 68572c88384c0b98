package edgeproxy

import (
	"errors"
	"io"
	"net/http"
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
	settled atomic.Bool   // It must not be read any more.

	received atomic.Int64 // How many bytes were read of what the client sent.
}

func newRequestBody(source io.ReadCloser) *requestBody {
	b := &requestBody{ReadCloser: source, reading: make(chan struct{}, 1)}
	b.reading <- struct{}{}

	return b
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

	n, err := b.ReadCloser.Read(buffer)
	b.received.Add(int64(n))
	b.keep(buffer[:n])

	switch {
	case errors.Is(err, io.EOF):
		b.ended.Store(true)
	case err != nil:
		b.failed.Store(true)
	}

	return n, err
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
