package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// forwarder makes a TCP port of the machine's loopback interface answer on the same address inside a network namespace.
type forwarder struct {
	namespace, address string

	mutex       sync.Mutex
	listener    net.Listener // nil while it is closed.
	connections map[net.Conn]struct{}
	copying     sync.WaitGroup
}

// open begins to accept connections. It may be called twice.
func (f *forwarder) open(ctx context.Context) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	if f.listener != nil {
		return nil
	}

	var listener net.Listener

	err := netnamespace.Do(f.namespace, func() error {
		var err error

		listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", f.address)

		return err
	})
	if err != nil {
		return fmt.Errorf("forward %s of a node: %w", f.address, err)
	}

	f.listener, f.connections = listener, map[net.Conn]struct{}{}
	f.copying.Go(func() { f.accept(listener) })

	return nil
}

// close ends the listener and every connection, and returns when their goroutines have ended. It may be called twice.
func (f *forwarder) close() error {
	f.mutex.Lock()

	var problems []error

	if f.listener != nil {
		problems = append(problems, f.listener.Close())
	}

	for connection := range f.connections {
		problems = append(problems, connection.Close())
	}

	f.listener, f.connections = nil, nil
	f.mutex.Unlock()

	f.copying.Wait()

	return errors.Join(problems...)
}

func (f *forwarder) accept(listener net.Listener) {
	for {
		inside, err := listener.Accept()
		if err != nil {
			return
		}

		f.copying.Go(func() { f.forward(inside) })
	}
}

// forward copies both ways until both sides have closed their half of the connection.
func (f *forwarder) forward(inside net.Conn) {
	if !f.keep(inside) {
		return
	}
	defer f.drop(inside)

	outside, err := (&net.Dialer{}).Dial("tcp", f.address)
	if err != nil || !f.keep(outside) {
		return
	}
	defer f.drop(outside)

	var both sync.WaitGroup

	both.Go(func() { copyHalf(outside, inside) })
	both.Go(func() { copyHalf(inside, outside) })
	both.Wait()
}

// copyHalf copies until the source closes its half of the connection, and then closes that half of the target.
func copyHalf(to, from net.Conn) {
	_, _ = io.Copy(to, from)

	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}

// keep registers a connection for close to end. Once the forwarder is closed, keep ends the connection itself and returns false.
func (f *forwarder) keep(connection net.Conn) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	if f.connections == nil {
		_ = connection.Close()

		return false
	}

	f.connections[connection] = struct{}{}

	return true
}

func (f *forwarder) drop(connection net.Conn) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	if _, ok := f.connections[connection]; ok {
		delete(f.connections, connection)
		_ = connection.Close()
	}
}
