package edgeproxy

import (
	"errors"
	"io"
	"strconv"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

// passBody writes the head that is ready and the body behind it. It returns whether the client has got all of it, and whether the connection to the app is
// good for another request.
func (c *plainConn) passBody(a *appConn) (whole, reusable bool) {
	w := c.work
	rest := w.up[w.response.Length:w.got]

	switch w.response.Framing {
	case http1.Counted:
		return c.passCounted(a, rest)
	case http1.Chunked:
		return c.passChunks(a, rest)
	case http1.UntilClose:
		return c.passUntilClose(a, rest), false
	case http1.NoBody:
	}

	_, err := c.client.Write(w.out)

	return err == nil, len(rest) == 0 && !w.response.Close
}

// flush writes what is ready, which holds so many bytes of the body.
func (c *plainConn) flush(body int) error {
	w := c.work

	_, err := c.client.Write(w.out)
	w.out = w.out[:0]

	if err == nil {
		w.exchange.answer.bytes += int64(body)
	}

	return err
}

// exceeds tells whether the answer is too large with so many more bytes of its body.
func (c *plainConn) exceeds(body int) bool {
	return c.engine.handler.bounds.refusesAnswer(c.work.exchange.answer.bytes + int64(body))
}

func (c *plainConn) passCounted(a *appConn, rest []byte) (whole, reusable bool) {
	w := c.work
	left := w.response.ContentLength
	extra := int64(len(rest)) > left
	rest = rest[:min(int64(len(rest)), left)]

	w.out = append(w.out, rest...)
	if err := c.flush(len(rest)); err != nil {
		return false, false
	}

	left -= int64(len(rest))
	buffer := w.up

	if left > int64(len(buffer)) {
		large := largeBuffers.Get().(*largeBuffer) //nolint:forcetypeassert // There is nothing else in it.
		defer largeBuffers.Put(large)

		buffer = large[:]
	}

	for left > 0 {
		n, err := c.readApp(a, buffer[:min(int64(len(buffer)), left)], 0)
		left -= int64(n)

		if n == 0 && err != nil {
			return false, false
		}

		if _, err := c.client.Write(buffer[:n]); err != nil {
			return false, false
		}

		w.exchange.answer.bytes += int64(n)
	}

	return true, !extra && !w.response.Close
}

// passChunks writes the chunks anew: the client sees one way to write them, whatever the app's.
func (c *plainConn) passChunks(a *appConn, rest []byte) (whole, reusable bool) {
	w := c.work
	w.chunks = http1.Chunks{}

	for {
		data, used, err := w.chunks.Decode(rest)
		w.appendChunk(rest[:data])

		if err != nil || c.exceeds(data) {
			_ = c.flush(data) // It fails only when the client has gone.

			return false, false
		}

		if w.chunks.Over() {
			w.out = append(append(append(w.out, "0\r\n"...), w.chunks.Trailers...), crlf...)

			return c.flush(data) == nil, used == len(rest) && !w.response.Close
		}

		if len(w.out) > 0 {
			if err := c.flush(data); err != nil {
				return false, false
			}
		}

		n, err := c.readApp(a, w.up, 0)
		if rest = w.up[:n]; n == 0 && err != nil {
			return false, false
		}
	}
}

// appendChunk adds a chunk with the data to what is ready.
func (w *work) appendChunk(data []byte) {
	if len(data) > 0 {
		w.out = append(strconv.AppendInt(w.out, int64(len(data)), 16), crlf...)
		w.out = append(append(w.out, data...), crlf...)
	}
}

func (c *plainConn) passUntilClose(a *appConn, rest []byte) (whole bool) {
	w := c.work

	for {
		w.appendChunk(rest)
		exceeds := c.exceeds(len(rest))

		if len(w.out) > 0 {
			if err := c.flush(len(rest)); err != nil || exceeds {
				return false
			}
		}

		n, err := c.readApp(a, w.up, 0)

		switch rest = w.up[:n]; {
		case n > 0:
		case errors.Is(err, io.EOF):
			w.out = append(w.out, "0\r\n\r\n"...)

			return c.flush(0) == nil
		case err != nil:
			return false
		}
	}
}
