package edgeproxy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// socket is a TCP connection of which reads and writes cost less than those of net.TCPConn. A system call that may block has to be announced to Go's
// scheduler, which looks after it from a thread of its own; those on a socket that never block need not be. One goroutine may read and one may write
// at a time: unlike those of net.TCPConn, two reads or two writes must not overlap.
type socket struct {
	*net.TCPConn

	raw     syscall.RawConn
	in, out transfer
}

// transfer is what is moved from or to the kernel.
type transfer struct {
	buffer []byte
	// lender lends the buffer when there is something to read; nil: buffer is there.
	lender lender
	moved  int
	err    error
	// once tries once, and returns false where the kernel has nothing or takes nothing yet.
	once func(descriptor uintptr) bool
}

// lender lends a buffer for a read, and takes it back where there is nothing to read yet.
type lender interface {
	lend() []byte
	takeBack()
}

func newSocket(connection *net.TCPConn) (*socket, error) {
	raw, err := connection.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("reach the socket of a connection: %w", err)
	}

	s := &socket{TCPConn: connection, raw: raw}
	s.in.once, s.out.once = s.readOnce, s.writeOnce

	return s, nil
}

// Read implements net.Conn.
func (s *socket) Read(buffer []byte) (int, error) {
	if len(buffer) == 0 {
		return 0, nil
	}

	s.in.buffer = buffer

	return s.read()
}

// readLent is Read into a buffer that is lent when there is something to read.
func (s *socket) readLent(from lender) (int, error) {
	s.in.lender = from

	return s.read()
}

func (s *socket) read() (int, error) {
	s.in.moved, s.in.err = 0, nil
	err := s.raw.Read(s.in.once)
	s.in.buffer, s.in.lender = nil, nil

	switch {
	case err != nil:
		return 0, err
	case s.in.err == nil && s.in.moved == 0:
		return 0, io.EOF
	default:
		return s.in.moved, s.in.err
	}
}

func (s *socket) readOnce(descriptor uintptr) bool {
	buffer := s.in.buffer
	if s.in.lender != nil {
		buffer = s.in.lender.lend()
	}

	n, err := readNow(int(descriptor), buffer)
	if errors.Is(err, unix.EAGAIN) {
		if s.in.lender != nil {
			s.in.lender.takeBack()
		}

		return false
	}

	s.in.moved, s.in.err = n, wrapCall("read", err)

	return true
}

// Write implements net.Conn.
func (s *socket) Write(message []byte) (int, error) {
	if len(message) == 0 {
		return 0, nil
	}

	s.out.buffer, s.out.moved, s.out.err = message, 0, nil
	err := s.raw.Write(s.out.once)
	s.out.buffer = nil

	return s.out.moved, errors.Join(err, s.out.err)
}

func (s *socket) writeOnce(descriptor uintptr) bool {
	for s.out.moved < len(s.out.buffer) {
		n, err := writeNow(int(descriptor), s.out.buffer[s.out.moved:])
		if errors.Is(err, unix.EAGAIN) {
			return false
		}

		if err != nil {
			s.out.err = wrapCall("write", err)

			return true
		}

		s.out.moved += n
	}

	return true
}

func wrapCall(name string, err error) error {
	if err == nil {
		return nil
	}

	return os.NewSyscallError(name, err)
}
