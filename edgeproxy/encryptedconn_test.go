package edgeproxy

import (
	"crypto/tls"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// encryptedPipe is the edge's end of a connection after the handshake, and the client's end below its TLS.
func encryptedPipe(tb testing.TB) (*encryptedConn, net.Conn) {
	tb.Helper()

	a := newAuthority(tb)
	issued := a.issue(tb, demoHost)
	certificate, err := tls.X509KeyPair([]byte(*issued.Chain), []byte(*issued.Key))
	require.NoError(tb, err)

	ours, theirs := net.Pipe()
	tb.Cleanup(func() {
		_ = ours.Close()
		_ = theirs.Close()
	})

	e := &encryption{config: &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true}}
	server, client := e.server(&recordConn{Conn: ours}), tls.Client(theirs, &tls.Config{ServerName: demoHost, RootCAs: a.pool})
	failed := make(chan error, 1)

	go func() { failed <- client.HandshakeContext(tb.Context()) }()

	require.NoError(tb, server.HandshakeContext(tb.Context()))
	require.NoError(tb, <-failed)

	return server, theirs
}

func TestEncryption_Close_EndsAWriteThatWaitsForTheClient(t *testing.T) {
	t.Parallel()

	edge, client := encryptedPipe(t)
	written := make(chan error, 1)

	go func() {
		_, err := edge.Write(make([]byte, len(largeBuffer{})))
		written <- err
	}()

	_, err := client.Read(make([]byte, 1))
	require.NoError(t, err)

	require.NoError(t, edge.Close())
	require.ErrorIs(t, <-written, io.ErrClosedPipe, "it has ended by a deadline")
}

// takesAll is a connection that notes the size of the largest write.
type takesAll struct {
	net.Conn

	largest int
}

func (c *takesAll) Write(message []byte) (int, error) {
	c.largest = max(c.largest, len(message))

	return len(message), nil
}

func TestEncryption_LargeMessage_IsEncryptedInPieces(t *testing.T) {
	t.Parallel()

	edge, _ := encryptedPipe(t)
	all := &takesAll{}
	edge.records.Conn = all

	for range 3 { // The first records of a connection are smaller.
		n, err := edge.Write(make([]byte, len(largeBuffer{})))
		require.NoError(t, err)
		require.Len(t, largeBuffer{}, n)
	}

	require.Greater(t, all.largest, mostAtOnce)
	require.LessOrEqual(t, all.largest, mostGathered)
}

func BenchmarkEncryptedConn(b *testing.B) {
	edge, _ := encryptedPipe(b)
	edge.records.Conn = &takesAll{}
	message := make([]byte, len(largeBuffer{}))

	b.SetBytes(int64(len(message)))
	b.ReportAllocs()

	for b.Loop() {
		if _, err := edge.Write(message); err != nil {
			b.Fatal(err)
		}
	}
}
