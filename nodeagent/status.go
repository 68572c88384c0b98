package nodeagent

import (
	"net"
	"os"
)

// StatusInTouch is what `systemctl status` shows of an agent whose last report the API has taken.
const StatusInTouch = "in touch with the API"

// statusAfter returns the status of an agent whose last report ended with err.
func statusAfter(err error) string {
	if err != nil {
		return "not in touch with the API: " + err.Error()
	}

	return StatusInTouch
}

// tell has systemd show the status of the service, and does nothing where the agent is none. A status that is lost comes again with the next change.
func tell(status string) {
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
