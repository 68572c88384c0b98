package edgeproxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// engine serves plain HTTP/1.1 requests for apps, with and without TLS, with one goroutine for each client connection. A connection with anything else it
// hands to net/http, with what it has read of it: HTTP/2, upgrades, whatever is ambiguous, and most of what the edge answers by itself.
type engine struct {
	enabled   bool // Config.OwnEngine.
	secure    bool // Config.OwnEngineTLS.
	handler   *handler
	transport *transport
	apps      *appConns
	tracer    trace.Tracer // nil: no request is traced.
	balancers *balancers
	logger    *slog.Logger
	patience  time.Duration // halfCloseTime.
	// responseTimeout is how long an app may take to begin its answer; 0: for ever.
	responseTimeout time.Duration

	works sync.Pool // *work

	// closing says that connections without a request are closed.
	closing atomic.Bool

	mutex   sync.Mutex
	conns   map[*plainConn]struct{} // The open ones.
	running sync.WaitGroup
	// fresh are the connections of which nobody knows yet whether they are for net/http.
	fresh arrivals
}

func newEngine(config Config, h *handler, t *transport, logger *slog.Logger) *engine {
	return &engine{
		enabled: config.OwnEngine, secure: config.OwnEngineTLS, handler: h, transport: t, apps: newAppConns(t.http1.dialer),
		balancers: newBalancers(config, logger), logger: logger, patience: halfCloseTime, responseTimeout: config.ResponseTimeout,
		works: sync.Pool{New: func() any { return newWork() }}, conns: map[*plainConn]struct{}{},
	}
}

const (
	firstAcceptPause = 5 * time.Millisecond
	lastAcceptPause  = time.Second
)

// serve accepts connections until the entrance's listener is closed.
func (g *engine) serve(at *entrance) {
	pause := firstAcceptPause

	for {
		accepted, err := at.listener.Accept()

		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			// There may be no descriptors left just now.
			g.logger.Warn("cannot accept connections", logging.Error(err))
			time.Sleep(pause)
			pause = min(pause+pause, lastAcceptPause)
		default:
			pause = firstAcceptPause
			g.begin(accepted, at)
		}
	}
}

func (g *engine) begin(accepted net.Conn, at *entrance) {
	tcp, ok := accepted.(*net.TCPConn)
	if ok && g.handler.sendTimeout > 0 {
		setUserTimeout(tcp, g.handler.sendTimeout)
	}

	switch {
	case !ok:
		at.give(accepted)
	case g.balancers.include(tcp.RemoteAddr()):
		g.fresh.Add(1)
		g.running.Go(func() { g.beginAnnounced(tcp, at) })
	case !g.serves(at):
		at.give(tcp)
	default:
		g.fresh.Add(1)

		if c := g.open(tcp, at); c != nil {
			g.running.Go(c.run)
		}
	}
}

// serves tells whether the engine serves what comes by the entrance itself.
func (g *engine) serves(at *entrance) bool { return g.enabled && (g.secure || at.encryption == nil) }

// open makes the engine's connection of an accepted one that counts as fresh, or returns nil where that is closed already.
func (g *engine) open(tcp *net.TCPConn, at *entrance) *plainConn {
	c, err := newPlainConn(g, tcp, at)
	if err != nil {
		g.fresh.Done()

		_ = tcp.Close() // It is closed already.

		return nil
	}

	g.mutex.Lock()
	defer g.mutex.Unlock()

	g.conns[c] = struct{}{}

	return c
}

func (g *engine) forget(c *plainConn) {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	delete(g.conns, c)
}

// drain closes the connections without a request, and has the others end with theirs. It returns at once.
func (g *engine) drain() {
	g.closing.Store(true)

	g.mutex.Lock()
	defer g.mutex.Unlock()

	for c := range g.conns {
		c.wakeIdle()
	}
}

// waitFor returns when the group is done, and false where ctx ends before.
func waitFor(ctx context.Context, group *sync.WaitGroup) bool {
	done := make(chan struct{})

	go func() {
		group.Wait()
		close(done)
	}()

	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// cut ends all connections.
func (g *engine) cut() {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	for c := range g.conns {
		c.leave()
	}
}

func (g *engine) take() *work { return g.works.Get().(*work) } //nolint:forcetypeassert // There is nothing else in it.

func (g *engine) put(w *work) {
	w.clear()
	g.works.Put(w)
}

// isTimeout tells whether a deadline has passed.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
