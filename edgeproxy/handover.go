package edgeproxy

import (
	"net"
	"sync"
)

// handover is the listener from which net/http's server gets the connections that are for it.
type handover struct {
	address net.Addr
	given   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func newHandover(address net.Addr) *handover {
	return &handover{address: address, given: make(chan net.Conn), closed: make(chan struct{})}
}

// give hands a connection on, or closes it where nobody takes any more.
func (h *handover) give(connection net.Conn) {
	select {
	case h.given <- connection:
	case <-h.closed:
		_ = connection.Close() // Nobody reads from it.
	}
}

// Accept implements net.Listener.
func (h *handover) Accept() (net.Conn, error) {
	select {
	case connection := <-h.given:
		return connection, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *handover) Close() error {
	h.once.Do(func() { close(h.closed) })

	return nil
}

// Addr implements net.Listener.
func (h *handover) Addr() net.Addr { return h.address }

// begunConn is a connection of which some bytes were read already.
type begunConn struct {
	*net.TCPConn

	begun []byte
	// remote is the peer that a balancer has told of; nil where none has.
	remote net.Addr
}

// RemoteAddr implements net.Conn.
func (c *begunConn) RemoteAddr() net.Addr {
	if c.remote != nil {
		return c.remote
	}

	return c.TCPConn.RemoteAddr()
}

// Read implements net.Conn.
func (c *begunConn) Read(buffer []byte) (int, error) {
	if len(c.begun) > 0 && len(buffer) > 0 {
		n := copy(buffer, c.begun)
		if c.begun = c.begun[n:]; len(c.begun) == 0 {
			c.begun = nil
		}

		return n, nil
	}

	return c.TCPConn.Read(buffer)
}
