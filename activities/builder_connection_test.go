package activities

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestBuilderConnection_OtherMachineLost_TheKernelEndsIt(t *testing.T) {
	t.Parallel()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	defer func() { require.NoError(t, listener.Close()) }()

	connection, err := dialBuilder(t.Context(), listener.Addr().String())
	require.NoError(t, err)

	defer func() { require.NoError(t, connection.Close()) }()

	raw, err := connection.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)

	options := map[int]int{}

	require.NoError(t, raw.Control(func(descriptor uintptr) {
		for _, option := range []int{unix.TCP_USER_TIMEOUT, unix.TCP_KEEPIDLE, unix.TCP_KEEPINTVL, unix.TCP_KEEPCNT} {
			value, err := unix.GetsockoptInt(int(descriptor), unix.IPPROTO_TCP, option)
			require.NoError(t, err)

			options[option] = value
		}
	}))
	require.Equal(t, map[int]int{unix.TCP_USER_TIMEOUT: 30_000, unix.TCP_KEEPIDLE: 8, unix.TCP_KEEPINTVL: 8, unix.TCP_KEEPCNT: 3}, options)
}
