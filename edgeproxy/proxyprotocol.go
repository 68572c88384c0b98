package edgeproxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/pires/go-proxyproto"

	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// announceTime is how long a balancer may take to send its PROXY header, which it sends at once.
	announceTime = 5 * time.Second
	// complainEvery is the shortest time between two lines of the log about balancers that send no PROXY header.
	complainEvery = time.Minute
)

// balancers are those that begin each connection with a PROXY header, which tells the visitor's address. Such a header from anybody else is no HTTP, and is
// refused as that.
type balancers struct {
	networks []netip.Prefix
	logger   *slog.Logger
	// complained is when the log was last told of one that sent none, in Unix nanoseconds.
	complained atomic.Int64
}

func newBalancers(config Config, logger *slog.Logger) *balancers {
	return &balancers{networks: config.ProxyProtocol, logger: logger}
}

// include tells whether one of them is at that address.
func (b *balancers) include(remote net.Addr) bool {
	if len(b.networks) == 0 {
		return false
	}

	address, ok := remote.(*net.TCPAddr)

	return ok && isWithin(b.networks, address.AddrPort().Addr().Unmap())
}

// hear reads the PROXY header of a balancer's connection. It returns the connection with the visitor's address, and with what came behind the header.
func (b *balancers) hear(tcp *net.TCPConn) (*begunConn, error) {
	if err := tcp.SetReadDeadline(time.Now().Add(announceTime)); err != nil {
		return nil, err
	}

	buffered := bufio.NewReader(tcp)

	// The library does not tell a connection on which nothing came from one on which something else came.
	if _, err := buffered.Peek(1); err != nil {
		return nil, err
	}

	header, err := proxyproto.Read(buffered)
	if err != nil {
		return nil, err
	}

	begun, err := buffered.Peek(buffered.Buffered())
	if err != nil {
		return nil, err
	}

	heard := &begunConn{tcp, begun, tcp.RemoteAddr()}

	// A balancer's own connection, such as that of its health check, is LOCAL, or UNKNOWN in version 1.
	if !header.Command.IsLocal() {
		visitor, ok := header.SourceAddr.(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("a PROXY header tells of %v, which is no address of TCP", header.SourceAddr)
		}

		heard.remote = visitor
	}

	return heard, tcp.SetReadDeadline(time.Time{})
}

// refused tells the log of a connection without a PROXY header. A balancer that connects and sends nothing, to see that the edge is there, is none.
func (b *balancers) refused(tcp *net.TCPConn, err error) {
	now := time.Now()

	last := b.complained.Load()
	if errors.Is(err, io.EOF) || now.UnixNano()-last < int64(complainEvery) || !b.complained.CompareAndSwap(last, now.UnixNano()) {
		return
	}

	b.logger.Warn("refusing connections of a balancer that sends no PROXY header: have it send one, or take its network out of ZEITWORK_EDGE_PROXY_PROTOCOL",
		slog.String("balancer", tcp.RemoteAddr().String()), logging.Error(err))
}

// beginAnnounced serves a balancer's connection, or closes it where the balancer does not tell whose it is. It counts as fresh.
func (g *engine) beginAnnounced(tcp *net.TCPConn, at *entrance) {
	heard, err := g.balancers.hear(tcp)
	if err != nil {
		g.fresh.Done()
		g.balancers.refused(tcp, err)

		_ = tcp.Close() // Nothing is served on it.

		return
	}

	if !g.serves(at) {
		at.give(heard)
		g.fresh.Done()

		return
	}

	if c := g.open(tcp, at); c != nil {
		c.introduce(heard)
		g.running.Go(c.run)
	}
}

// introduce tells a connection whose it is, and gives it what was read of it already.
func (c *plainConn) introduce(heard *begunConn) {
	c.remote = heard.remote
	c.meet(heard.remote)

	if c.secure != nil {
		c.secure.records.remote, c.secure.records.fed = heard.remote, heard.begun

		return
	}

	if len(heard.begun) > 0 {
		c.work = c.engine.take()
		c.work.have = copy(c.work.in, heard.begun)
	}
}
