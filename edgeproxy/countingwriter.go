package edgeproxy

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
)

// countingWriter counts the bytes of an answer, and those of the connection that a WebSocket becomes.
type countingWriter struct {
	http.ResponseWriter

	bytes    int64 // Only the handler's goroutine writes.
	hijacked *countingConn
}

func (w *countingWriter) Write(data []byte) (int, error) {
	n, err := w.ResponseWriter.Write(data)
	w.bytes += int64(n)

	return n, err
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
