package nodeagent

import (
	"errors"
	"net"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/systemservice"
)

func TestTell_SystemdGetsTheStatus(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	listener, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)

	defer func() { _ = listener.Close() }()

	t.Setenv("NOTIFY_SOCKET", socket)
	systemservice.Tell(statusAfter(errors.New("no route"), ""))

	message := make([]byte, 100)
	n, err := listener.Read(message)
	require.NoError(t, err)
	require.Equal(t, "STATUS=not in touch with the API: no route", string(message[:n]))
}
