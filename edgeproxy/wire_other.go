//go:build !linux

package edgeproxy

import "net"

type peeked int

const (
	peekNothing peeked = iota
	peekEnd
)

// peek sees nothing: only Linux's kernel is asked.
func peek(*net.TCPConn) peeked { return peekNothing }

// accepted knows nothing.
func accepted(*net.TCPConn) (count int64, known bool) { return 0, false }

// isSilent knows nothing.
func isSilent(*net.TCPConn) bool { return false }
