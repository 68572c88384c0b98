package edgeproxy

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// sendPiece is how much of an answer has to be taken within the patience of a countingWriter.
const sendPiece = 16 << 10

// countingWriter counts the bytes of an answer, and those of the connection that a WebSocket becomes.
type countingWriter struct {
	http.ResponseWriter

	bytes    int64 // Only the handler's goroutine writes.
	hijacked *countingConn
	// patience is how long a client of HTTP/2 or 3 may take nothing of its stream; 0: for ever. The kernel sees only its connection, which has other streams.
	patience time.Duration
}

func (w *countingWriter) Write(data []byte) (int, error) {
	written := 0

	for {
		piece := data[written:]
		if w.patience > 0 {
			piece = piece[:min(len(piece), sendPiece)]
		}

		n, err := w.bounded(func() (int, error) { return w.ResponseWriter.Write(piece) })
		written += n
		w.bytes += int64(n)

		if err != nil || written == len(data) {
			return written, err
		}
	}
}

// FlushError is for http.ResponseController.
func (w *countingWriter) FlushError() error {
	_, err := w.bounded(func() (int, error) { return 0, http.NewResponseController(w.ResponseWriter).Flush() })

	return err
}

// bounded sends something to the client, and ends its stream where that takes longer than the patience.
func (w *countingWriter) bounded(send func() (int, error)) (int, error) {
	if w.patience <= 0 {
		return send()
	}

	control := http.NewResponseController(w.ResponseWriter)

	if err := control.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
		return 0, err
	}

	n, err := send()

	// A stream that has nothing to send for a while is none that takes nothing.
	return n, errors.Join(err, control.SetWriteDeadline(time.Time{}))
}

// Unwrap is for http.ResponseController.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack implements http.Hijacker.
func (w *countingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}

	w.hijacked = &countingConn{Conn: connection}

	return w.hijacked, buffered, nil
}

func (w *countingWriter) written() int64 {
	if w.hijacked == nil {
		return w.bytes
	}

	return w.bytes + w.hijacked.written.Load()
}

// received is what came over a connection that is no HTTP any more.
func (w *countingWriter) received() int64 {
	if w.hijacked == nil {
		return 0
	}

	return w.hijacked.received.Load()
}

// countingConn is the connection of a WebSocket.
type countingConn struct {
	net.Conn

	received, written atomic.Int64
}

func (c *countingConn) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	c.received.Add(int64(n))

	return n, err
}

func (c *countingConn) Write(data []byte) (int, error) {
	n, err := c.Conn.Write(data)
	c.written.Add(int64(n))

	return n, err
}

// CloseWrite closes one side.
func (c *countingConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}

	return errors.ErrUnsupported
}
