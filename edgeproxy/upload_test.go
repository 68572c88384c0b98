package edgeproxy

import (
	"net"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUpload_ReadToItsEnd_KeepsTheClientsConnection_HoweverLateItIsOver has the goroutine of an upload be so late, as on a busy machine, that the edge gives it up,
// though the client has sent all of the body and was told that its connection stays.
func TestUpload_ReadToItsEnd_KeepsTheClientsConnection_HoweverLateItIsOver(t *testing.T) {
	t.Parallel()

	for name, ended := range map[string]bool{"read to its end": true, "not read to its end": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			closeAfter(t, listener)

			client, err := net.Dial("tcp", listener.Addr().String())
			require.NoError(t, err)
			closeAfter(t, client)

			tcp, ok := client.(*net.TCPConn)
			require.True(t, ok)

			connection, err := newSocket(tcp)
			require.NoError(t, err)

			u := &upload{over: make(chan struct{}), begun: true}
			u.ended.Store(ended)

			go func() {
				defer close(u.over)

				for !u.stopped.Load() {
					runtime.Gosched()
				}
			}()

			c := &plainConn{tcp: connection, work: newWork()}
			c.work.exchange.upload = u

			require.False(t, c.endUpload(nil), "what the app has got of it is not known")
			require.Equal(t, !ended, c.unread)
		})
	}
}
