package edgeproxy

import (
	"sync"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

const (
	// requestBuffer is what most requests fit into. The buffer grows for larger heads, and for bodies up to maxKept.
	requestBuffer = 4 << 10
	// A request whose head is larger than largestHead is for net/http.
	largestHead = 16 << 10
	// answerBuffer is what is read at once of an answer; the buffer grows for a larger head.
	answerBuffer = 16 << 10
	// sendBuffer has room for the head of an answer and for the beginning of a body behind it.
	sendBuffer = 20 << 10
	fieldCount = 32
)

// work is what one request needs while it is served. Connections without a request have none.
type work struct {
	// in is what the client has sent; have bytes of it are there, of which the first used belong to the present request.
	in         []byte
	have, used int
	// out is the head of the request, with its body, or what is sent to the client.
	out []byte
	// up is what the app has sent; got bytes of it are there. It is lent: nil until the app sends something.
	up   []byte
	got  int
	lent *scratch

	request  http1.Request
	response http1.Response
	chunks   http1.Chunks
	exchange exchange
}

func newWork() *work {
	return &work{
		in: make([]byte, requestBuffer), out: make([]byte, 0, requestBuffer),
		request: http1.Request{Fields: make([]http1.Field, 0, fieldCount)}, response: http1.Response{Fields: make([]http1.Field, 0, fieldCount)},
	}
}

// clear lets go of all that belongs to a request, and of buffers that had to grow.
func (w *work) clear() {
	w.have, w.used, w.out = 0, 0, w.out[:0]
	w.forget()
	w.takeBack()

	if cap(w.out) > sendBuffer {
		w.out = make([]byte, 0, requestBuffer)
	}

	if len(w.in) > largestHead {
		w.in = make([]byte, requestBuffer)
	}
}

// forget lets go of what became of the last request: another one may follow on the same connection.
func (w *work) forget() {
	w.exchange = exchange{tried: w.exchange.tried[:0]}
	clear(w.exchange.tried[:cap(w.exchange.tried)])
}

// grow makes room for a request of that length. What was parsed of it stays as it is.
func (w *work) grow(length int) {
	if length > len(w.in) {
		w.in = append(w.in, make([]byte, length-len(w.in))...)
	}
}

// next moves what has arrived of the next request to the beginning, and returns whether there is any.
func (w *work) next() bool {
	w.have = copy(w.in, w.in[w.used:w.have])
	w.used = 0

	return w.have > 0
}

// largeBuffer is what bodies are passed on with that are larger than the buffers of a work: each system call moves more then.
type largeBuffer [128 << 10]byte

var largeBuffers = sync.Pool{New: func() any { return new(largeBuffer) }}

// scratch is what an answer needs while it is passed on. While apps take their time, requests have none.
type scratch struct {
	up, out []byte
}

var scratches = sync.Pool{New: func() any { return &scratch{up: make([]byte, answerBuffer), out: make([]byte, 0, sendBuffer)} }}

// lend implements lender.
func (w *work) lend() []byte {
	if w.lent == nil {
		w.lent = scratches.Get().(*scratch) //nolint:forcetypeassert // There is nothing else in it.
		w.up = w.lent.up
	}

	return w.up
}

// takeBack implements lender.
func (w *work) takeBack() {
	if w.lent != nil {
		scratches.Put(w.lent)
	}

	w.lent, w.up, w.got = nil, nil, 0
}
