package edgeproxy

import (
	"errors"

	"golang.org/x/sys/unix"
)

type peeked int

const (
	peekNothing peeked = iota // The connection is open and nothing has arrived.
	peekBytes
	peekEnd // The other side has closed the connection with a FIN.
	peekBroken
)

// peek looks at what the next read would give, without waiting and without taking it.
func peek(connection *socket) peeked {
	result := peekBroken

	control(connection, func(descriptor int) {
		var one [1]byte

		n, err := peekNow(descriptor, one[:])

		switch {
		case errors.Is(err, unix.EAGAIN):
			result = peekNothing
		case err == nil && n > 0:
			result = peekBytes
		case err == nil:
			result = peekEnd
		}
	})

	return result
}

// accepted returns how many of the bytes that were sent, and the SYN, the other side's kernel has acknowledged, where this kernel tells.
func accepted(connection *socket) (count int64, known bool) {
	control(connection, func(descriptor int) {
		if info, err := unix.GetsockoptTCPInfo(descriptor, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil && info.Bytes_acked > 0 {
			count, known = int64(info.Bytes_acked), true //nolint:gosec // No connection carries 2^63 bytes.
		}
	})

	return count, known
}

// isSilent tells whether the other side's kernel has acknowledged nothing for silentAfter attempts to send what it lacks.
func isSilent(connection *socket) (silent bool) {
	control(connection, func(descriptor int) {
		info, err := unix.GetsockoptTCPInfo(descriptor, unix.IPPROTO_TCP, unix.TCP_INFO)
		silent = err == nil && info.Unacked > 0 && info.Retransmits >= silentAfter
	})

	return silent
}

// control runs a function with the connection's descriptor. A read or write under way does not hold it up.
func control(connection *socket, run func(descriptor int)) {
	// It fails where the connection is closed already.
	_ = connection.raw.Control(func(descriptor uintptr) { run(int(descriptor)) })
}
