package edgeproxy

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/edgeproxy/http1"
)

const (
	// deadlineSlack is how much earlier than asked for a deadline may pass. It need not be set anew for each request then.
	deadlineSlack = time.Second
	// bodyTime is how long the engine waits for the rest of a small body, before net/http waits for it.
	bodyTime = 5 * time.Second
)

// plainConn is the connection of a client, for one request after the other. One goroutine serves it.
type plainConn struct {
	engine *engine
	tcp    *net.TCPConn
	raw    syscall.RawConn
	peer   netip.Addr
	// trusted says that the peer is a proxy that is believed about its client.
	trusted bool

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

	mutex sync.Mutex
	fresh bool // Its first request has not been read.
	idle  bool // No byte of a request has been read.
	gone  bool // Nobody waits for an answer.
	// app is the connection to the app that has the request.
	app *appConn
}

func newPlainConn(g *engine, tcp *net.TCPConn) (*plainConn, error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, err
	}

	c := &plainConn{engine: g, tcp: tcp, raw: raw, fresh: true}
	c.wait = c.readFirst

	if address, ok := tcp.RemoteAddr().(*net.TCPAddr); ok {
		c.peer = address.AddrPort().Addr().Unmap()
	}

	c.trusted = g.handler.forwarding.trusts(c.peer)

	return c, nil
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

	for c.await() {
		switch c.serve() {
		case turnNext:
		case turnEnd:
			c.close()

			return
		case turnOver:
			return
		}
	}

	c.close()
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
	}
}

func (c *plainConn) close() {
	if c.unread || (c.work != nil && c.work.next()) {
		c.discard()
	}

	c.release()

	_ = c.tcp.Close() // Nobody waits for anything on it.
}

// discard lets a client go on sending for a while that has its answer already.
func (c *plainConn) discard() {
	if c.tcp.CloseWrite() != nil {
		return
	}

	_ = c.tcp.SetReadDeadline(time.Now().Add(unreadTime)) // It fails where the connection is closed.
	_, _ = io.Copy(io.Discard, c.tcp)                     // It ends with the client or the deadline.
}

func (c *plainConn) release() {
	if c.work != nil {
		c.engine.put(c.work)
		c.work = nil
	}
}

// await returns when bytes of a request are there, and false where none will come.
func (c *plainConn) await() bool {
	if c.work != nil && c.work.next() {
		return true
	}

	c.release()

	patience := idleTimeout
	if c.fresh {
		patience = readHeaderTimeout
	}

	if !c.setIdle(true, patience) {
		return c.lastBytes()
	}

	err := c.raw.Read(c.wait)

	c.setIdle(false, patience)

	if isTimeout(err) {
		return c.lastBytes()
	}

	return err == nil && c.readErr == nil && c.work != nil
}

// readFirst reads what the client has sent. It takes the buffers only when there is something: a connection without a request costs little.
func (c *plainConn) readFirst(descriptor uintptr) bool {
	w := c.engine.take()

	n, err := ignoringInterrupts(func() (int, error) { return unix.Read(int(descriptor), w.in) })
	if n > 0 {
		w.have, c.work, c.readErr = n, w, nil

		return true
	}

	c.engine.put(w)

	if errors.Is(err, unix.EAGAIN) {
		return false
	}

	c.readErr = errors.Join(err, net.ErrClosed)

	return true
}

func ignoringInterrupts(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// setIdle notes whether the connection has no request, and returns false where the edge closes such connections.
func (c *plainConn) setIdle(idle bool, patience time.Duration) bool {
	if idle {
		c.setDeadline(patience)
	}

	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.idle = idle

	return !idle || c.fresh || !c.engine.closing.Load()
}

// wakeIdle has a connection without a request end.
func (c *plainConn) wakeIdle() {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	deadline := time.Unix(0, 1)
	if c.fresh {
		deadline = time.Now().Add(firstRequestTime)
	}

	if c.idle {
		_ = c.tcp.SetReadDeadline(deadline) // It fails where the connection is closed.
	}
}

// lastBytes looks once more, without waiting, for a request on a connection that is about to be closed.
func (c *plainConn) lastBytes() bool {
	c.deadline = time.Time{}
	c.setDeadline(readHeaderTimeout)

	// It fails where the connection is closed.
	_ = c.raw.Control(func(descriptor uintptr) { c.readFirst(descriptor) })

	return c.work != nil
}

// setDeadline sets the deadline of reads from the client, where another one is set.
func (c *plainConn) setDeadline(patience time.Duration) {
	deadline := time.Now().Add(patience)

	if early := deadline.Sub(c.deadline); early >= 0 && early < deadlineSlack {
		return
	}

	c.deadline = deadline
	_ = c.tcp.SetReadDeadline(deadline) // It fails where the connection is closed.
}

// serve serves the request of which bytes are there.
func (c *plainConn) serve() turn {
	w := c.work

	for {
		switch w.request.Parse(w.in[:w.have]) {
		case http1.Incomplete:
			if w.have == len(w.in) || !c.more(readHeaderTimeout) {
				return c.handOver()
			}
		case http1.Unusual:
			return c.handOver()
		case http1.Plain:
			return c.serveParsed()
		}
	}
}

// more reads more of what the client sends.
func (c *plainConn) more(patience time.Duration) bool {
	c.setDeadline(patience)

	n, err := c.tcp.Read(c.work.in[c.work.have:])
	c.work.have += n

	return err == nil
}

func (c *plainConn) serveParsed() turn {
	w := c.work

	r := c.route()
	if r == nil {
		return c.handOver()
	}

	large := w.request.ContentLength < 0 || w.request.ContentLength > int64(len(w.in)-w.request.Length)

	for !large && w.have < w.request.Length+int(w.request.ContentLength) {
		if !c.more(bodyTime) {
			return c.handOver()
		}
	}

	if c.fresh {
		c.settle()
	}

	return c.proxy(r, large)
}

// route returns the route of the request where it leads to an app that is live, and nil otherwise.
func (c *plainConn) route() *route {
	request := &c.work.request

	current := c.engine.handler.table.Load()
	if current == nil || isHealthPath(request.Path()) {
		return nil
	}

	host, err := normalizeHost(view(request.Host))
	if err != nil {
		return nil
	}

	found := current.lookup(host)
	if found == nil || !found.reachesApp() {
		return nil
	}

	return found
}

// handOver gives the connection to net/http, with what was read of the present request and behind it.
func (c *plainConn) handOver() turn {
	begun := make([]byte, c.work.have)
	copy(begun, c.work.in)
	c.release()

	// net/http sets its own.
	_ = c.tcp.SetReadDeadline(time.Time{})

	c.engine.others.give(&begunConn{c.tcp, begun})

	return turnOver
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
