package edgeproxy

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// halfCloseTime is how long a request goes on whose client has closed its side of the connection. Such a client may have left, or may only have
// said that it sends nothing more; the edge cannot tell until it sends something.
const halfCloseTime = 5 * time.Second

// visitors is a listener for clients that net/http alone would turn away.
type visitors struct {
	net.Listener

	arrivals *arrivals
	// patience is halfCloseTime.
	patience time.Duration
}

// Accept implements net.Listener.
func (l visitors) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}

	return &visitor{Conn: connection, arrived: l.arrivals.begin(), patience: l.patience}, nil
}

// visitor is the connection of a client. Of empty lines before its first request it reads nothing (RFC 9112, section 2.2), and it does not tell
// at once that the client has closed its side.
type visitor struct {
	net.Conn

	// arrived is called when the first request has reached the handler.
	arrived  func()
	patience time.Duration
	begun    bool // A byte of the first request was read. Only one goroutine reads.

	mutex sync.Mutex
	// deadline is that of reads; it has always passed where the connection is closed.
	deadline time.Time
	// wake is closed to end linger when the deadline changes; nil while nobody lingers.
	wake chan struct{}
}

// Read implements net.Conn.
func (v *visitor) Read(buffer []byte) (int, error) {
	for {
		n, err := v.Conn.Read(buffer)

		if !v.begun {
			n = copy(buffer, buffer[emptyLines(buffer[:n]):n])
			v.begun = n > 0
		}

		if n == 0 && err == nil {
			continue
		}

		// While a handler runs, net/http reads one byte at a time to learn whether the client is still there, and cancels the request if not.
		if errors.Is(err, io.EOF) && len(buffer) == 1 {
			return n, v.linger()
		}

		return n, err
	}
}

// linger returns when the patience or the deadline has passed, with the error of a read.
func (v *visitor) linger() error {
	timer := time.NewTimer(v.patience)
	defer timer.Stop()

	for {
		v.mutex.Lock()

		if !v.deadline.IsZero() && time.Now().After(v.deadline) {
			v.mutex.Unlock()

			return os.ErrDeadlineExceeded
		}

		wake := make(chan struct{})
		v.wake = wake
		v.mutex.Unlock()

		select {
		case <-wake:
		case <-timer.C:
			return io.EOF
		}
	}
}

func (v *visitor) setDeadline(deadline time.Time) {
	v.mutex.Lock()
	defer v.mutex.Unlock()

	if v.deadline = deadline; v.wake != nil {
		close(v.wake)
		v.wake = nil
	}
}

// SetReadDeadline implements net.Conn.
func (v *visitor) SetReadDeadline(deadline time.Time) error {
	v.setDeadline(deadline)

	return v.Conn.SetReadDeadline(deadline)
}

// SetDeadline implements net.Conn.
func (v *visitor) SetDeadline(deadline time.Time) error {
	v.setDeadline(deadline)

	return v.Conn.SetDeadline(deadline)
}

// Close implements net.Conn.
func (v *visitor) Close() error {
	v.arrived()
	v.setDeadline(time.Unix(0, 1))

	return v.Conn.Close()
}

// CloseWrite closes one side: of a connection that ends with a body unread, and of a WebSocket.
func (v *visitor) CloseWrite() error {
	if half, ok := v.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}

	return errors.ErrUnsupported
}

// emptyLines returns how many bytes at the beginning belong to line ends.
func emptyLines(message []byte) int {
	for i, c := range message {
		if c != '\r' && c != '\n' {
			return i
		}
	}

	return len(message)
}
