package systemservice

import (
	"net"
	"os"
)

// Tell has systemd show the status of the service that runs, and does nothing where it is none. Its unit has NotifyAccess. A status that is lost comes again
// with the next change.
func Tell(status string) {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return
	}

	connection, err := net.Dial("unixgram", socket) //nolint:gosec // systemd names the socket.
	if err != nil {
		return
	}

	defer func() { _ = connection.Close() }()

	_, _ = connection.Write([]byte("STATUS=" + status))
}
