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

// requestBody is the body of a request, which http.Transport may still be reading when the app has answered.
type requestBody struct {
	io.ReadCloser

	reading chan struct{} // Holds one token; who has it reads.
	ended   atomic.Bool   // All of it was read.
	failed  atomic.Bool   // It could not be read, which is not the app's fault.
	settled atomic.Bool   // It must not be read any more.
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

	n, err := b.ReadCloser.Read(buffer)

	switch {
	case errors.Is(err, io.EOF):
		b.ended.Store(true)
	case err != nil:
		b.failed.Store(true)
	}

	return n, err
}

// settle returns when nobody reads, and there is nothing that could be read, or all has been read. net/http breaks off a
// read that goes on when the handler returns, and then does not skip the rest of the body: closing the connection would
// reset it, and the client would never see the answer.
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
