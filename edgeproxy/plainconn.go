package edgeproxy

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"
)

// plainConn is the connection of a client, for one request after the other. One goroutine serves it.
type plainConn struct {
	engine   *engine
	entrance *entrance
	tcp      *socket
	// secure is the client's TLS; nil: it comes without.
	secure *encryptedConn
	// client is what requests are read from and answers are written to: secure, or tcp.
	client clientConn
	peer   netip.Addr
	// remote is the peer that a balancer has told of; nil where none has.
	remote   net.Addr
	standing standing // The peer's.

	work *work // nil while there is no request.
	// wait is readFirst, and readErr its error.
	wait    func(uintptr) bool
	readErr error
	// deadline is that of reads from the client, as it was set last; zero where it is not known.
	deadline time.Time
	// unread says that the body of a request was not read to its end.
	unread bool
	// watching is how the client is watched while an app takes its time; nil: it is not.
	watching *watch
	// hasty says that an answer has to begin within skewTime.
	hasty bool

	mutex sync.Mutex
	fresh bool // Its first request has not been read.
	idle  bool // No byte of a request has been read.
	gone  bool // Nobody waits for an answer.
	// app is the connection to the app that has the request.
	app *appConn
}

func newPlainConn(g *engine, tcp *net.TCPConn, at *entrance) (*plainConn, error) {
	client, err := newSocket(tcp)
	if err != nil {
		return nil, err
	}

	c := &plainConn{engine: g, entrance: at, tcp: client, client: client, fresh: true}
	c.wait = c.readFirst

	if at.encryption != nil {
		c.secure = at.encryption.server(&recordConn{Conn: client})
		c.client, c.wait = c.secure, c.readRecords
	}

	c.meet(tcp.RemoteAddr())

	return c, nil
}

// meet notes who the peer is.
func (c *plainConn) meet(remote net.Addr) {
	if address, ok := remote.(*net.TCPAddr); ok {
		c.peer = address.AddrPort().Addr().Unmap()
	}

	c.standing = c.engine.handler.forwarding.standingOf(c.peer)
}

// turn says how a connection goes on.
type turn uint8

const (
	turnNext turn = iota // With the next request.
	turnEnd
	turnOver // It is net/http's now.
)

// run serves the connection until it ends or net/http has it.
func (c *plainConn) run() {
	defer c.engine.forget(c)
	defer c.settle()
	defer c.recover()

	next := c.shakeHands()
	for next == turnNext && c.await() {
		next = c.serve()
	}

	if next != turnOver {
		c.close()
	}
}

// settle notes that it is known whether the connection is for net/http.
func (c *plainConn) settle() {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	if c.fresh {
		c.fresh = false
		c.engine.fresh.Done()
	}
}

// recover closes a connection whose request made the edge panic, as net/http does.
func (c *plainConn) recover() {
	if reason := recover(); reason != nil {
		c.engine.logger.Error("panic while serving a request", slog.Any("panic", reason), slog.String("stack", string(debug.Stack())))

		_ = c.tcp.Close() // Nothing else can be done with it.

		if c.work != nil {
			c.work.exchange.release()
		}
	}
}

func (c *plainConn) close() {
	if c.unread || (c.work != nil && c.work.next()) {
		c.discard()
	}

	c.release()

	_ = c.client.Close() // Nobody waits for anything on it.
}

// discard lets a client go on sending for a while that has its answer already.
func (c *plainConn) discard() {
	if c.client.CloseWrite() != nil {
		return
	}

	_ = c.tcp.SetReadDeadline(time.Now().Add(unreadTime)) // It fails where the connection is closed.
	_, _ = io.Copy(io.Discard, c.client)                  // It ends with the client or the deadline.
}

func (c *plainConn) release() {
	if c.work != nil {
		c.engine.put(c.work)
		c.work = nil
	}
}

// leave ends the request: nobody waits for its answer.
func (c *plainConn) leave() {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.gone = true

	if c.app != nil {
		_ = c.app.Close() // The app is told that nobody waits.
	}

	_ = c.tcp.SetReadDeadline(time.Unix(0, 1)) // It fails where the connection is closed.
}

// hold notes the connection to the app that has the request, and returns false where nobody waits for an answer.
func (c *plainConn) hold(a *appConn) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.app = a

	return !c.gone
}
