package cluster

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

func TestForwarder_OneSideHasSaidAll_TheOtherIsStillHeard(t *testing.T) {
	t.Parallel()

	f, machine := openForwarder(t)
	inside := dialInside(t, f)
	outside, err := machine.Accept()
	require.NoError(t, err)

	_, err = io.WriteString(inside, "question")
	require.NoError(t, err)
	require.NoError(t, inside.CloseWrite())

	asked, err := io.ReadAll(outside)
	require.NoError(t, err)
	require.Equal(t, "question", string(asked))

	_, err = io.WriteString(outside, "answer")
	require.NoError(t, err)
	require.NoError(t, outside.Close())

	answered, err := io.ReadAll(inside)
	require.NoError(t, err)
	require.Equal(t, "answer", string(answered))
}

func TestForwarder_Closed_EndsConnectionsAndRefusesOthers_UntilItIsOpenedAgain(t *testing.T) {
	t.Parallel()

	f, machine := openForwarder(t)
	inside := dialInside(t, f)
	outside, err := machine.Accept()
	require.NoError(t, err)

	require.NoError(t, f.close())
	require.NoError(t, f.close(), "it may be closed twice")

	_, err = inside.Read(make([]byte, 1))
	require.Error(t, err)

	_, err = outside.Read(make([]byte, 1))
	require.Error(t, err)

	_, err = dial(f)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)

	require.NoError(t, f.open(t.Context()))
	require.NoError(t, f.open(t.Context()), "it may be opened twice")
	require.NoError(t, dialInside(t, f).Close())
}

func TestForwarder_NobodyListensOnTheMachine_EndsTheConnection(t *testing.T) {
	t.Parallel()

	f, machine := openForwarder(t)
	require.NoError(t, machine.Close())

	_, err := dialInside(t, f).Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// openForwarder forwards the port of a listener of the machine into a network namespace.
func openForwarder(t *testing.T) (*forwarder, net.Listener) {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("making network namespaces needs root")
	}

	path := filepath.Join(t.TempDir(), "namespace")
	require.NoError(t, netnamespace.Ensure(path))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

	machine, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = machine.Close() })

	f := &forwarder{namespace: path, address: machine.Addr().String()}
	require.NoError(t, f.open(t.Context()))
	t.Cleanup(func() { require.NoError(t, f.close()) })

	return f, machine
}

func dialInside(t *testing.T, f *forwarder) *net.TCPConn {
	t.Helper()

	connection, err := dial(f)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })

	inside, ok := connection.(*net.TCPConn)
	require.True(t, ok)

	return inside
}

// dial connects to the forwarder from inside its namespace.
func dial(f *forwarder) (net.Conn, error) {
	var connection net.Conn

	err := netnamespace.Do(f.namespace, func() error {
		var err error

		connection, err = net.Dial("tcp", f.address)

		return err
	})

	return connection, err
}
