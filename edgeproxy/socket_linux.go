package edgeproxy

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// readNow reads what the kernel has for a socket that does not block. The buffer must not be empty.
func readNow(descriptor int, buffer []byte) (int, error) {
	return callNow(unix.SYS_READ, descriptor, buffer, 0)
}

// writeNow gives the kernel as much as it takes. The message must not be empty.
func writeNow(descriptor int, message []byte) (int, error) {
	// The process need not get a signal when the other side is gone: the error tells.
	return callNow(unix.SYS_SENDTO, descriptor, message, unix.MSG_NOSIGNAL)
}

// peekNow is readNow, and leaves there what it reads.
func peekNow(descriptor int, buffer []byte) (int, error) {
	return callNow(unix.SYS_RECVFROM, descriptor, buffer, unix.MSG_PEEK|unix.MSG_DONTWAIT)
}

// callNow makes a system call that does not block, without the announcement to the scheduler that unix.Syscall makes.
func callNow(number uintptr, descriptor int, buffer []byte, flags uintptr) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(number, uintptr(descriptor),
			uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)), flags, 0, 0) //nolint:gosec // The kernel moves no further than the buffer's end.

		if errno == 0 {
			return int(n), nil
		}

		if errno != unix.EINTR {
			return 0, errno
		}
	}
}
