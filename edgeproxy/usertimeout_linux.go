package edgeproxy

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout has the kernel end a connection whose other side acknowledges nothing, or takes nothing, for that long while there is something for it.
func setUserTimeout(connection *net.TCPConn, most time.Duration) {
	raw, err := connection.SyscallConn()
	if err != nil {
		return // It is closed.
	}

	// It fails where the connection is closed already.
	_ = raw.Control(func(descriptor uintptr) {
		// A kernel that cannot do it ends the connection later.
		_ = unix.SetsockoptInt(int(descriptor), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(most.Milliseconds()))
	})
}
