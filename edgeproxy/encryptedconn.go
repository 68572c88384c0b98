package edgeproxy

import (
	"crypto/tls"
	"net"
	"os"
	"slices"
	"sync"
)

// clientConn is the connection of a client, with or without TLS.
type clientConn interface {
	net.Conn

	CloseWrite() error
}

// encryptedConn is a connection of which net/http does not know that it is encrypted: the edge's own types stand between. HTTP/2 begins on it as it does
// without TLS, by its preface, which clients send after they have negotiated it. One goroutine may read and one may write at a time.
type encryptedConn struct {
	*tls.Conn

	records *recordConn
	// begun is what was read of it already.
	begun []byte

	once sync.Once
	// known is what state has returned.
	known *tls.ConnectionState
}

// state may be called when the handshake is over.
func (c *encryptedConn) state() *tls.ConnectionState {
	c.once.Do(func() {
		state := c.ConnectionState()
		c.known = &state
	})

	return c.known
}

func (c *encryptedConn) speaksHTTP2() bool { return c.ConnectionState().NegotiatedProtocol == "h2" }

// unread has the next reads return these bytes.
func (c *encryptedConn) unread(read []byte) {
	if len(read) > 0 {
		c.begun = append(read, c.begun...)
	}
}

// Read implements net.Conn.
func (c *encryptedConn) Read(buffer []byte) (int, error) {
	if len(c.begun) == 0 || len(buffer) == 0 {
		return c.Conn.Read(buffer)
	}

	n := copy(buffer, c.begun)
	if c.begun = c.begun[n:]; len(c.begun) == 0 {
		c.begun = nil
	}

	return n, nil
}

// readNow is Read that waits for nothing: without a whole record it returns no bytes. It fails only where no more will come.
func (c *encryptedConn) readNow(buffer []byte) (int, error) {
	c.records.dry = true
	n, err := c.Read(buffer)
	c.records.dry = false

	if n > 0 || isTimeout(err) {
		err = nil
	}

	return n, err
}

// hear waits until there is something to read, which it leaves there.
func (c *encryptedConn) hear() (bool, error) {
	var one [1]byte

	n, err := c.Read(one[:])
	c.unread(one[:n:n])

	return n > 0, err
}

// Write implements net.Conn. It makes one system call of the records of each piece, so that a slow client occupies little memory.
func (c *encryptedConn) Write(message []byte) (int, error) {
	written := 0

	for piece := range slices.Chunk(message, mostAtOnce) {
		c.records.gather(len(piece))

		n, err := c.Conn.Write(piece)
		if failed := c.records.send(); failed != nil {
			return written, failed
		}

		if written += n; err != nil {
			return written, err
		}
	}

	return written, nil
}

// Close implements net.Conn. It ends a write that waits for the client: crypto/tls, which knows nothing of that write, would wait behind it to say goodbye.
func (c *encryptedConn) Close() error {
	if !c.records.mutex.TryLock() {
		return c.records.Close()
	}

	c.records.mutex.Unlock()

	return c.Conn.Close()
}

// recordConn carries the records of TLS between crypto/tls and the client.
type recordConn struct {
	net.Conn

	// remote is the peer that a balancer has told of; nil where none has.
	remote net.Addr
	// fed is what was read already. dry says that reads return nothing else.
	fed []byte
	dry bool
	// refused says that the client was refused by its greeting. Only one goroutine is there before the handshake has ended.
	refused bool
	// reached is where in the records reads have come to.
	reached recordBounds

	mutex     sync.Mutex
	gathering bool
	expected  int     // How many bytes are about to be gathered.
	gathered  *[]byte // What was written since gathering began; nil: nothing.
}

// RemoteAddr implements net.Conn.
func (c *recordConn) RemoteAddr() net.Addr {
	if c.remote != nil {
		return c.remote
	}

	return c.Conn.RemoteAddr()
}

// Read implements net.Conn. crypto/tls keeps what was read of a record when a deadline has passed, and goes on with it.
func (c *recordConn) Read(buffer []byte) (n int, err error) {
	switch {
	case len(c.fed) > 0:
		n = copy(buffer, c.fed)
		c.fed = c.fed[n:]
	case c.dry:
		return 0, os.ErrDeadlineExceeded
	default:
		n, err = c.Conn.Read(buffer)
	}

	c.reached.follow(buffer[:n])

	return n, err
}

// unrecognizedName is a fatal alert as it stands on the wire (RFC 8446, section 6).
var unrecognizedName = []byte{21, 3, 3, 0, 2, 2, 112} //nolint:gochecknoglobals // It never changes.

// refuse tells the client that nobody has the name. crypto/tls would tell it of an internal error.
func (c *recordConn) refuse() {
	_, _ = c.Conn.Write(unrecognizedName) // The client may be gone.
	c.refused = true
}

const (
	// mostAtOnce is how much is encrypted before it is written.
	mostAtOnce = 64 << 10
	// oneFrame is more than the frame of one record takes.
	oneFrame = 256
	// mostGathered is how large a buffer of records may be that is kept: gatheredSize of mostAtOnce.
	mostGathered = mostAtOnce + mostAtOnce/16 + oneFrame
)

// gatheredSize is how much room the records of a message take. Those at the beginning of a connection are small, and have the most frames.
func gatheredSize(message int) int { return message + message/16 + oneFrame }

var gatheredRecords = sync.Pool{New: func() any { return new([]byte) }}

// Write implements net.Conn.
func (c *recordConn) Write(content []byte) (int, error) {
	if c.refused {
		return len(content), nil // The client knows already.
	}

	c.mutex.Lock()
	defer c.mutex.Unlock()

	if !c.gathering {
		return c.Conn.Write(content)
	}

	if c.gathered == nil {
		c.gathered = gatheredRecords.Get().(*[]byte) //nolint:forcetypeassert // There is nothing else in it.

		if cap(*c.gathered) < c.expected {
			*c.gathered = make([]byte, 0, c.expected) // Growing step by step, it would become larger than what is kept.
		}
	}

	*c.gathered = append(*c.gathered, content...)

	return len(content), nil
}

// gather has what is written of a message of that length kept until send.
func (c *recordConn) gather(message int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.gathering, c.expected = true, gatheredSize(message)
}

// send writes what was gathered.
func (c *recordConn) send() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.gathering = false

	if c.gathered == nil {
		return nil
	}

	ready := c.gathered
	c.gathered = nil

	_, err := c.Conn.Write(*ready)

	if *ready = (*ready)[:0]; cap(*ready) <= mostGathered {
		gatheredRecords.Put(ready)
	}

	return err
}
