package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// longestText is how much is kept of what came.
const longestText = 64

// heard is a connection or a datagram that came.
type heard struct {
	from netip.Addr
	// text is what the datagram said, or the connection at first.
	text string
}

// listener takes connections and datagrams at one address and port, and keeps what came.
type listener struct {
	namespace string
	tcp       net.Listener
	udp       net.PacketConn

	mu    sync.Mutex
	heard []heard
	// news gets a value whenever something was heard.
	news chan struct{}
}

// listen listens in a network namespace; the empty path stands for the machine's own. Port 0 stands for one that is free.
func listen(ctx context.Context, namespace string, at netip.AddrPort) (*listener, error) {
	l := &listener{namespace: namespace, news: make(chan struct{}, 1)}

	err := netnamespace.Do(namespace, func() (err error) {
		if l.tcp, err = new(net.ListenConfig).Listen(ctx, "tcp", at.String()); err != nil {
			return err
		}

		l.udp, err = new(net.ListenConfig).ListenPacket(ctx, "udp", net.JoinHostPort(at.Addr().String(), strconv.Itoa(l.port())))

		return err
	})
	if err != nil {
		l.close()

		return nil, err
	}

	go l.accept()
	go l.receive()

	return l, nil
}

func (l *listener) accept() {
	for {
		connection, err := l.tcp.Accept()
		if err != nil {
			return
		}

		go l.read(connection)
	}
}

func (l *listener) read(connection net.Conn) {
	defer func() { _ = connection.Close() }()

	_ = connection.SetReadDeadline(time.Now().Add(time.Second))

	text := make([]byte, longestText)
	length, _ := connection.Read(text)

	l.hear(connection.RemoteAddr(), string(text[:length]))
}

func (l *listener) receive() {
	for text := make([]byte, longestText); ; {
		length, from, err := l.udp.ReadFrom(text)
		if err != nil {
			return
		}

		l.hear(from, string(text[:length]))
	}
}

func (l *listener) hear(from net.Addr, text string) {
	address, err := netip.ParseAddrPort(from.String())
	if err != nil {
		return
	}

	l.mu.Lock()
	l.heard = append(l.heard, heard{address.Addr().Unmap(), text})
	l.mu.Unlock()

	select {
	case l.news <- struct{}{}:
	default:
	}
}

// heardText tells whether something has come that says so.
func (l *listener) heardText(text string) bool {
	return slices.ContainsFunc(l.all(), func(h heard) bool { return h.text == text })
}

// await waits until something has come that says so.
func (l *listener) await(ctx context.Context, text string) error {
	for {
		if l.heardText(text) {
			return nil
		}

		select {
		case <-l.news:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// catchUp waits until all datagrams are kept that have come, by a last one from the machine on which it listens.
func (l *listener) catchUp(ctx context.Context) error {
	const last = "the last one"

	err := netnamespace.Do(l.namespace, func() error {
		connection, err := new(net.Dialer).DialContext(ctx, "udp", l.udp.LocalAddr().String())
		if err != nil {
			return err
		}

		_, err = connection.Write([]byte(last))

		return errors.Join(err, connection.Close())
	})
	if err != nil {
		return fmt.Errorf("send a datagram to a listener: %w", err)
	}

	return l.await(ctx, last)
}

// all returns what came.
func (l *listener) all() []heard {
	l.mu.Lock()
	defer l.mu.Unlock()

	return slices.Clone(l.heard)
}

func (l *listener) address() string { return l.tcp.Addr().String() }

func (l *listener) port() int { return l.tcp.Addr().(*net.TCPAddr).Port } //nolint:forcetypeassert // It listens for TCP.

func (l *listener) close() {
	if l.tcp != nil {
		_ = l.tcp.Close()
	}

	if l.udp != nil {
		_ = l.udp.Close()
	}
}
