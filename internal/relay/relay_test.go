package relay_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/relay"
)

func TestRelay_OneSideHasSaidAll_TheOtherIsStillHeard(t *testing.T) {
	t.Parallel()

	f, machine := openRelay(t)
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

func TestRelay_Closed_EndsConnectionsAndRefusesOthers_UntilItIsOpenedAgain(t *testing.T) {
	t.Parallel()

	f, machine := openRelay(t)
	inside := dialInside(t, f)
	outside, err := machine.Accept()
	require.NoError(t, err)

	require.NoError(t, f.Close())
	require.NoError(t, f.Close(), "it may be closed twice")

	_, err = inside.Read(make([]byte, 1))
	require.Error(t, err)

	_, err = outside.Read(make([]byte, 1))
	require.Error(t, err)

	_, err = dial(f)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)

	require.NoError(t, f.Open(t.Context()))
	require.NoError(t, f.Open(t.Context()), "it may be opened twice")
	require.NoError(t, dialInside(t, f).Close())
}

func TestRelay_NobodyListensOnTheMachine_EndsTheConnection(t *testing.T) {
	t.Parallel()

	f, machine := openRelay(t)
	require.NoError(t, machine.Close())

	_, err := dialInside(t, f).Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestRelay_Drained_RefusesOthersAndLetsTheFirstEnd(t *testing.T) {
	t.Parallel()

	f, machine := openRelay(t)
	inside := dialInside(t, f)
	outside, err := machine.Accept()
	require.NoError(t, err)

	// Those that come before the relay drains end at once.
	go func() {
		for other, err := machine.Accept(); err == nil; other, err = machine.Accept() {
			_ = other.Close()
		}
	}()

	drained := make(chan error, 1)

	go func() { drained <- f.Drain(t.Context()) }()

	require.Eventually(t, func() bool { return refused(f) }, time.Minute, time.Millisecond)
	require.Eventually(t, func() bool { return f.Connections() == 1 }, time.Minute, time.Millisecond)

	_, err = io.WriteString(inside, "still here")
	require.NoError(t, err)
	_, err = io.ReadFull(outside, make([]byte, len("still here")))
	require.NoError(t, err)
	require.Empty(t, drained)

	require.NoError(t, inside.Close())
	require.NoError(t, outside.Close())
	require.NoError(t, <-drained)
	require.Zero(t, f.Connections())
}

// inNamespace is a forwarder with where it listens.
type inNamespace struct {
	*relay.Relay

	namespace, address string
}

func refused(f *inNamespace) bool {
	connection, err := dial(f)
	if err == nil {
		_ = connection.Close()
	}

	return errors.Is(err, syscall.ECONNREFUSED)
}

// openRelay forwards the port of a listener of the machine into a network namespace.
func openRelay(t *testing.T) (*inNamespace, net.Listener) {
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

	f := &inNamespace{relay.IntoNamespace(path, machine.Addr().String()), path, machine.Addr().String()}
	require.NoError(t, f.Open(t.Context()))
	t.Cleanup(func() { require.NoError(t, f.Close()) })

	return f, machine
}

func dialInside(t *testing.T, f *inNamespace) *net.TCPConn {
	t.Helper()

	connection, err := dial(f)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })

	inside, ok := connection.(*net.TCPConn)
	require.True(t, ok)

	return inside
}

// dial connects to the forwarder from inside its namespace.
func dial(f *inNamespace) (net.Conn, error) {
	var connection net.Conn

	err := netnamespace.Do(f.namespace, func() error {
		var err error

		connection, err = net.Dial("tcp", f.address)

		return err
	})

	return connection, err
}
