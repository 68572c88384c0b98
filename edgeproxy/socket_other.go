//go:build !linux

package edgeproxy

import (
	"errors"

	"golang.org/x/sys/unix"
)

// readNow reads what the kernel has for a socket that does not block.
func readNow(descriptor int, buffer []byte) (int, error) {
	return ignoringInterrupts(func() (int, error) { return unix.Read(descriptor, buffer) })
}

// writeNow gives the kernel as much as it takes.
func writeNow(descriptor int, message []byte) (int, error) {
	return ignoringInterrupts(func() (int, error) { return unix.Write(descriptor, message) })
}

// peekNow is readNow, and leaves there what it reads.
func peekNow(descriptor int, buffer []byte) (int, error) {
	return ignoringInterrupts(func() (int, error) {
		n, _, err := unix.Recvfrom(descriptor, buffer, unix.MSG_PEEK|unix.MSG_DONTWAIT)

		return n, err
	})
}

func ignoringInterrupts(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
