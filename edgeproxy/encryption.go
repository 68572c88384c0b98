package edgeproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
)

// encryption ends TLS, with the certificate that the client names.
type encryption struct {
	listener net.Listener
	poller   *certificatePoller
	current  atomic.Pointer[certificates]
	config   *tls.Config
}

// errUnknownName is that of a handshake for a name without a certificate.
var errUnknownName = errors.New("there is no certificate for the server name")

// newEncryption loads the certificates that an earlier run saved.
func newEncryption(config Config, p *poller) (*encryption, error) {
	file, err := newCertificateFile(config.DataDir, config.Token)
	if err != nil {
		return nil, err
	}

	e := &encryption{}
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

	if c, ok := hello.Conn.(*recordConn); ok {
		c.refuse()
	}

	return nil, errUnknownName
}

// admitQUIC is admit for a handshake by UDP, which has the keys of session tickets as well.
func (e *encryption) admitQUIC(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if _, err := e.admit(hello); err != nil {
		return nil, err
	}

	return e.config, nil // The server of HTTP/3 asks a copy of it for TLS 1.3 and its own protocol.
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

// server returns the TLS of an accepted connection. The handshake is made when the connection is first read from, unless somebody asks for it before.
func (e *encryption) server(records *recordConn) *encryptedConn {
	return &encryptedConn{Conn: tls.Server(records, e.config), records: records}
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
