package edgeproxy

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// overTLS says that the tests' clients reach all edges through TLS.
var overTLS = os.Getenv(overTLSVariable) != ""

const (
	overTLSVariable = "ZEITWORK_TEST_OVER_TLS"
	relayHost       = "relay.example.com"
)

// testsOverTLS are those in which it matters how requests and answers are framed, and when clients leave.
const testsOverTLS = "^Test(Smuggling|OwnEngine|Engine|BodyBounds|Streaming|Pipeline|Visitor|Retry|Status|Closers|Counting|Drain_(Flip|Hostname|Timeout))"

// relay stands before the edge's listener for TLS. It accepts connections without, and passes on what comes by each of them.
type relay struct {
	listener net.Listener
	edge     string
	config   *tls.Config
	running  sync.WaitGroup
}

// relayBefore makes the edge known by the address of a relay.
func (b *testBundle) relayBefore(tb testing.TB) {
	tb.Helper()

	a := newAuthority(tb)
	b.publishCertificates(tb, func(c *client.EdgeCertificates) { c.Certificates = append(c.Certificates, a.issue(tb, relayHost)) })

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)

	r := &relay{listener: listener, edge: b.encrypted, config: &tls.Config{ServerName: relayHost, RootCAs: a.pool}}
	b.address = listener.Addr().String()

	r.running.Go(r.accept)
	tb.Cleanup(func() {
		require.NoError(tb, listener.Close())
		r.running.Wait()
	})
}

func (r *relay) accept() {
	for {
		visitor, err := r.listener.Accept()
		if err != nil {
			return
		}

		r.running.Go(func() { r.pass(visitor.(*net.TCPConn)) })
	}
}

func (r *relay) pass(visitor *net.TCPConn) {
	defer func() { _ = visitor.Close() }()

	edge, err := tls.Dial("tcp", r.edge, r.config)
	if err != nil {
		return
	}
	defer func() { _ = edge.Close() }()

	var sending sync.WaitGroup

	sending.Go(func() {
		if _, err := io.Copy(edge, visitor); err != nil {
			_ = edge.NetConn().Close() // The visitor has broken off.

			return
		}

		_ = edge.CloseWrite()
	})

	if _, err := io.Copy(visitor, edge); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		_ = visitor.SetLinger(0) // The visitor learns that it was broken off.
	} else {
		_ = visitor.CloseWrite()
	}

	_ = edge.NetConn().Close()
	_ = visitor.CloseRead()

	sending.Wait()
}
