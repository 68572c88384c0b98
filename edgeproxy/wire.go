package edgeproxy

import (
	"bytes"
	"net"
	"sync/atomic"
	"time"
)

// neverEnded is the value of wire.acceptedAtEnd before the app has closed the connection with a FIN.
const neverEnded = -1

// wire is a TCP connection to an app. It knows what http.Transport does not tell: whether the app can have read any of a request when the
// connection has ended. It embeds net.Conn, not net.TCPConn, whose ReadFrom would go around Write.
type wire struct {
	net.Conn

	// tcp is for one goroutine that reads and one that writes. The two of net/http may overlap with others, for which Conn is.
	tcp *socket
	// written counts the bytes that the kernel took.
	written atomic.Int64
	// acceptedAtEnd is how many bytes the app's kernel had accepted when the app closed the connection with a FIN.
	acceptedAtEnd atomic.Int64
	// acceptedAtStart is what the kernel counts as accepted on a connection on which nothing was written: the SYN. It counts only where counts
	// is true.
	acceptedAtStart int64
	counts          bool
	// patience is how long the app may take nothing of what is written; 0: for ever. deadline is that of writes, as it was set last.
	patience time.Duration
	deadline time.Time
	// authority is what Write takes out of the next request's target; see forwarding.
	authority []byte
}

func newWire(connection *net.TCPConn, patience time.Duration) (*wire, error) {
	own, err := newSocket(connection)
	if err != nil {
		return nil, err
	}

	w := &wire{Conn: connection, tcp: own, patience: patience}
	w.acceptedAtStart, w.counts = accepted(own)
	w.acceptedAtEnd.Store(neverEnded)

	return w, nil
}

// Read implements net.Conn.
func (w *wire) Read(buffer []byte) (int, error) {
	n, err := w.Conn.Read(buffer)
	if err != nil {
		w.noteEnd()
	}

	return n, err
}

// readLent is Read into a buffer that is lent when there is something to read.
func (w *wire) readLent(from lender) (int, error) {
	n, err := w.tcp.readLent(from)
	if err != nil {
		w.noteEnd()
	}

	return n, err
}

// Write implements net.Conn.
func (w *wire) Write(message []byte) (int, error) {
	sent := message
	if w.authority != nil {
		sent, w.authority = bytes.Replace(message, w.authority, nil, 1), nil
	}

	if now := time.Now(); w.patience > 0 && w.deadline.Sub(now) < w.patience-deadlineSlack {
		w.deadline = now.Add(w.patience)
		_ = w.tcp.SetWriteDeadline(w.deadline) // It fails where the connection is closed.
	}

	n, err := w.Conn.Write(sent)
	w.written.Add(int64(n))

	if err != nil {
		w.noteEnd()

		return min(n, len(message)), err
	}

	return len(message), nil
}

// CloseWrite lets a WebSocket be closed from one side.
func (w *wire) CloseWrite() error {
	return w.tcp.CloseWrite()
}

// noteEnd notes how much the app's kernel had accepted when the connection ended. It is called before anybody closes the connection.
func (w *wire) noteEnd() {
	if !w.counts || w.acceptedAtEnd.Load() != neverEnded || peek(w.tcp) != peekEnd {
		return
	}

	if count, known := accepted(w.tcp); known {
		w.acceptedAtEnd.Store(count - w.acceptedAtStart)
	}
}

// usable tells whether a request may be sent on a connection that was idle: the app has not closed it, nor sent what nobody asked for.
func (w *wire) usable() bool { return peek(w.tcp) == peekNothing }

// unseen tells whether the app cannot have read a byte of what was written since written was at the mark: nothing was written, or the app
// closed the connection with a FIN before its kernel accepted any of it. A reset proves nothing: the app may have read a part and closed the
// connection over the rest, and the kernel does not count what a reset acknowledges.
func (w *wire) unseen(mark int64) bool {
	if w.written.Load() == mark {
		return true
	}

	end := w.acceptedAtEnd.Load()

	return end != neverEnded && end <= mark
}
