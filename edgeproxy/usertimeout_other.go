//go:build !linux

package edgeproxy

import (
	"net"
	"time"
)

// setUserTimeout does nothing: only Linux's kernel is asked.
func setUserTimeout(*net.TCPConn, time.Duration) {}
