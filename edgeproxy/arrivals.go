package edgeproxy

import (
	"context"
	"net"
	"sync"
	"time"
)

// firstRequestTime is how long a connection that was accepted may take to send its first request when the edge stops.
const firstRequestTime = 5 * time.Second

// arrivals counts the connections that were accepted and whose first request has not reached the handler. Once Shutdown was called, net/http drops a
// request that it reads, also on a connection that was accepted before: the edge waits for arrivals first.
type arrivals struct{ sync.WaitGroup }

// visitorKey is the key under which the context of a request carries its connection.
type visitorKey struct{}

// begin counts a connection and returns what says that its first request has come, or that none will. That may be called again.
func (a *arrivals) begin() (arrived func()) {
	a.Add(1)

	return sync.OnceFunc(a.Done)
}

// withVisitor is the ConnContext of the server.
func withVisitor(ctx context.Context, connection net.Conn) context.Context {
	return context.WithValue(ctx, visitorKey{}, connection)
}

// arrive says that a request has reached the handler.
func arrive(ctx context.Context) {
	if v, ok := ctx.Value(visitorKey{}).(*visitor); ok {
		v.arrived()
	}
}

// settle waits until nothing arrives any more, ctx ends or firstRequestTime has passed. Nothing may be accepted any more.
func (a *arrivals) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, firstRequestTime)
	defer cancel()

	settled := make(chan struct{})

	go func() {
		a.Wait()
		close(settled)
	}()

	select {
	case <-settled:
	case <-ctx.Done():
	}
}
