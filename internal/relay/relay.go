package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// acceptPause is between two attempts to take a connection where the machine lacks something for it.
const acceptPause = 10 * time.Millisecond

// Relay passes on the connections that arrive at a listener. Its methods may be called from any goroutine.
type Relay struct {
	// Listen makes the listener.
	Listen func(ctx context.Context) (net.Listener, error)
	// Dial connects to where a connection is passed on to.
	Dial func() (net.Conn, error)

	mutex       sync.Mutex
	listener    net.Listener          // Nil while it takes no connections.
	connections map[net.Conn]struct{} // Nil while it is closed.
	accepting   sync.WaitGroup
	copying     sync.WaitGroup
}

// IntoNamespace makes a TCP port of the machine's loopback interface answer on the same address inside the network namespace that is
// mounted at the path.
func IntoNamespace(namespace, address string) *Relay {
	return &Relay{
		Listen: func(ctx context.Context) (net.Listener, error) {
			var listener net.Listener

			err := netnamespace.Do(namespace, func() error {
				var err error

				listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address)

				return err
			})
			if err != nil {
				return nil, fmt.Errorf("forward %s into a network namespace: %w", address, err)
			}

			return listener, nil
		},
		Dial: func() (net.Conn, error) { return (&net.Dialer{}).Dial("tcp", address) },
	}
}

// Open begins to accept connections. It may be called twice.
func (r *Relay) Open(ctx context.Context) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	if r.listener != nil {
		return nil
	}

	listener, err := r.Listen(ctx)
	if err != nil {
		return err
	}

	r.listener = listener
	if r.connections == nil {
		r.connections = map[net.Conn]struct{}{}
	}

	r.accepting.Go(func() { r.accept(listener) }) //nolint:contextcheck // The context is that of opening; connections come later.

	return nil
}

// Drain takes no new connections from now on, and returns when those that there are have ended, or when ctx ends.
func (r *Relay) Drain(ctx context.Context) error {
	err := r.stopListening()

	ended := make(chan struct{})

	go func() {
		r.copying.Wait()
		close(ended)
	}()

	select {
	case <-ended:
	case <-ctx.Done():
	}

	return err
}

// Close ends the listener and every connection, and returns when their goroutines have ended. It may be called twice.
func (r *Relay) Close() error {
	stopped := r.stopListening()

	r.mutex.Lock()

	problems := append(make([]error, 0, 1+len(r.connections)), stopped)
	for connection := range r.connections {
		problems = append(problems, connection.Close())
	}

	r.connections = nil
	r.mutex.Unlock()

	r.copying.Wait()

	return errors.Join(problems...)
}

// stopListening ends the listener, if there is one, and returns when no connection can be added to those that there are.
func (r *Relay) stopListening() error {
	r.mutex.Lock()
	listener := r.listener
	r.listener = nil
	r.mutex.Unlock()

	if listener == nil {
		return nil
	}

	err := listener.Close()

	r.accepting.Wait()

	return err
}

// Connections is how many connections are passed on right now.
func (r *Relay) Connections() int {
	const ends = 2

	r.mutex.Lock()
	defer r.mutex.Unlock()

	return len(r.connections) / ends
}

func (r *Relay) accept(listener net.Listener) {
	for {
		inside, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}

		// Such as when no file may be opened any more: it passes when connections end.
		if err != nil {
			time.Sleep(acceptPause)

			continue
		}

		r.copying.Go(func() { r.forward(inside) })
	}
}

// forward copies both ways until both sides have closed their half of the connection.
func (r *Relay) forward(inside net.Conn) {
	if !r.keep(inside) {
		return
	}
	defer r.drop(inside)

	if !greeted(inside) {
		return
	}

	outside, err := r.Dial()
	if err != nil || !r.keep(outside) {
		return
	}
	defer r.drop(outside)

	var both sync.WaitGroup

	both.Go(func() { copyHalf(outside, inside) })
	both.Go(func() { copyHalf(inside, outside) })
	both.Wait()
}

// greeted has a connection with TLS prove at its beginning that it may be passed on. Others need not.
func greeted(connection net.Conn) bool {
	const patience = 10 * time.Second

	secured, ok := connection.(interface {
		HandshakeContext(ctx context.Context) error
	})
	if !ok {
		return true
	}

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()

	return secured.HandshakeContext(ctx) == nil
}

// copyHalf copies until the source closes its half of the connection, and then closes that half of the target.
func copyHalf(to, from net.Conn) {
	_, _ = io.Copy(to, from)

	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// keep registers a connection for Close to end. Once the relay is closed, keep ends the connection itself and returns false.
func (r *Relay) keep(connection net.Conn) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	if r.connections == nil {
		_ = connection.Close()

		return false
	}

	r.connections[connection] = struct{}{}

	return true
}

func (r *Relay) drop(connection net.Conn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	if _, ok := r.connections[connection]; ok {
		delete(r.connections, connection)
		_ = connection.Close()
	}
}
