package edgeproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// encryption ends TLS, with the certificate that the client names.
type encryption struct {
	listener net.Listener
	poller   *certificatePoller
	current  atomic.Pointer[certificates]
	config   *tls.Config
	stopped  chan error
	// front accepts connections and hears the PROXY headers of balancers, as for plain HTTP, and hands all of them on.
	front *engine
	// accepted is closed when front has accepted the last connection.
	accepted chan struct{}
}

// errUnknownName is that of a handshake for a name without a certificate.
var errUnknownName = errors.New("there is no certificate for the server name")

// newEncryption loads the certificates that an earlier run saved.
func newEncryption(config Config, p *poller) (*encryption, error) {
	file, err := newCertificateFile(config.DataDir, config.Token)
	if err != nil {
		return nil, err
	}

	e := &encryption{stopped: make(chan error, 1), accepted: make(chan struct{})}
	e.config = &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetConfigForClient: e.admit, GetCertificate: e.certificate,
	}
	e.poller = &certificatePoller{api: p.calls, file: file, current: &e.current, changed: e.follow, logger: p.logger}
	e.poller.restore()

	return e, nil
}

// follow takes the keys of session tickets over. Until the platform has any, each edge makes its own.
func (e *encryption) follow(c *certificates) {
	if len(c.tickets) > 0 {
		e.config.SetSessionTicketKeys(c.tickets)
	}
}

// admit looks at the name before anything is computed: a client that names no hostname with a certificate is refused.
func (e *encryption) admit(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if e.current.Load().lookup(hello.ServerName) != nil {
		return nil, nil //nolint:nilnil // The listener's own configuration is right.
	}

	if c, ok := hello.Conn.(*greetedConn); ok {
		c.refuse()
	}

	return nil, errUnknownName
}

func (e *encryption) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if found := e.current.Load().lookup(hello.ServerName); found != nil {
		return found, nil
	}

	return nil, errUnknownName // It was taken away since the name was looked at.
}

// listen opens the listener, where there is none yet. It does nothing while encryption is off.
func (e *encryption) listen(ctx context.Context, address string) error {
	if e == nil || e.listener != nil {
		return nil
	}

	var err error
	if e.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address); err != nil {
		return fmt.Errorf("ZEITWORK_EDGE_TLS_LISTEN: %w", err)
	}

	return nil
}

// begin has the server serve what comes by TLS, as it does what comes without, and polls for certificates until ctx ends. It returns the channel on which
// the end of serving is told.
func (e *encryption) begin(
	ctx context.Context, p *Proxy, polling *sync.WaitGroup, server *http.Server, accepted func(net.Listener) net.Listener,
) <-chan error {
	if e == nil {
		return nil
	}

	polling.Go(func() { e.poller.run(ctx) })

	e.front = newEngine(p.config, p.handler, p.upstreams, newHandover(e.listener.Addr()), p.logger)
	e.front.enabled = false

	go func() {
		defer close(e.accepted)

		e.front.serve(e.listener)
	}()
	go func() { e.stopped <- server.Serve(accepted(encryptedListener{e.front.others, e.config})) }()

	return e.stopped
}

// close stops accepting connections. Those that were accepted last may still tell whose they are.
func (e *encryption) close(ctx context.Context) error {
	if e == nil {
		return nil
	}

	err := e.listener.Close()

	<-e.accepted
	e.front.fresh.settle(ctx)

	return errors.Join(err, e.front.others.Close(), ignoreClosed(<-e.stopped))
}

// encryptedListener accepts connections that begin with a TLS handshake. It is made when the connection is first read from.
type encryptedListener struct {
	net.Listener

	config *tls.Config
}

// Accept implements net.Listener.
func (l encryptedListener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}

	c := &encryptedConn{Conn: tls.Server(&greetedConn{Conn: accepted}, l.config)}
	c.state = sync.OnceValue(func() *tls.ConnectionState {
		state := c.ConnectionState()

		return &state
	})

	return c, nil
}

// encryptedConn is a connection of which net/http does not know that it is encrypted: the edge's own types stand between. HTTP/2 begins on it as it does
// without TLS, by its preface, which clients send after they have negotiated it.
type encryptedConn struct {
	*tls.Conn

	// state may be called when the handshake is over.
	state func() *tls.ConnectionState
}

// encrypted tells the handler which requests have come by TLS.
func encrypted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v, ok := r.Context().Value(visitorKey{}).(*visitor); ok {
			if c, ok := v.Conn.(*encryptedConn); ok {
				r.TLS = c.state()
			}
		}

		next.ServeHTTP(w, r)
	})
}

// greetedConn is a connection whose client may be refused by its greeting. crypto/tls would tell it of an internal error.
type greetedConn struct {
	net.Conn

	refused bool // Only one goroutine is there before the handshake has ended.
}

// unrecognizedName is a fatal alert as it stands on the wire (RFC 8446, section 6).
var unrecognizedName = []byte{21, 3, 3, 0, 2, 2, 112} //nolint:gochecknoglobals // It never changes.

// refuse tells the client that nobody has the name.
func (c *greetedConn) refuse() {
	_, _ = c.Conn.Write(unrecognizedName) // The client may be gone.
	c.refused = true
}

// Write implements net.Conn.
func (c *greetedConn) Write(content []byte) (int, error) {
	if c.refused {
		return len(content), nil // The client knows already.
	}

	return c.Conn.Write(content)
}
