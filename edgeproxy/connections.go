package edgeproxy

import (
	"context"
	"math"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	maxIdleUpstream    = 8192
	maxIdlePerUpstream = 1024
)

// connections keeps the HTTP/1.1 connections to VMs that no request uses. Each belongs to the upstream of one VM: a later VM of another
// customer may get the same address, and must never get a request on a connection to the earlier one.
type connections struct {
	transport *http.Transport
	dialer    *dialer

	mutex  sync.Mutex
	idle   map[*upstream][]*connection // The one that was used last stands last.
	count  int
	closed bool
}

func newConnections(template *http.Transport, d *dialer) *connections {
	transport := template.Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := d.connect(ctx, network, address)
		if err != nil {
			return nil, err
		}

		dialed, err := newWire(raw, d.patience)
		if err != nil {
			return nil, &dialError{err}
		}

		if made, ok := ctx.Value(connectionKey{}).(*connection); ok {
			made.wire = dialed
		}

		return dialed, nil
	}

	return &connections{transport: transport, dialer: d, idle: map[*upstream][]*connection{}}
}

// dial makes a new connection to a VM. All its errors are dialErrors, unless ctx has ended.
func (c *connections) dial(ctx context.Context, u *upstream) (*connection, error) {
	made := &connection{upstream: u, pool: c}

	inner, err := c.transport.NewClientConn(context.WithValue(ctx, connectionKey{}, made), "http", u.address)
	if err != nil {
		return nil, &dialError{err}
	}

	made.ClientConn, made.silence = inner, newSilence(made.wire)
	inner.SetStateHook(func(*http.ClientConn) {
		if inner.Err() != nil {
			c.lost(made)
		}
	})

	return made, nil
}

// take returns an open connection to a VM, or nil where there is none. A careful request is one that must not be sent again after the app may
// have read it: it gets none that the app may be about to close.
func (c *connections) take(u *upstream, careful bool) *connection {
	for {
		most := time.Duration(math.MaxInt64)

		if careful {
			var may bool

			if most, may = u.habits.carefulIdle(); !may {
				return nil
			}
		}

		found := c.pop(u, most)
		if found == nil {
			return nil
		}

		idle := time.Since(found.since)

		if found.wire.usable() {
			u.habits.stayedOpen(idle, time.Now())

			return found
		}

		u.habits.closed(idle, time.Now())

		_ = found.Close() // The app has closed it.
	}
}

// pop takes out the connection that was used last, unless it has been idle for longer than that.
func (c *connections) pop(u *upstream, most time.Duration) *connection {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	stack := c.idle[u]
	if len(stack) == 0 {
		return nil
	}

	found := stack[len(stack)-1]
	if time.Since(found.since) > most {
		return nil
	}

	c.remove(found)

	return found
}

// put keeps a connection for other requests, for as long as it may be idle.
func (c *connections) put(used *connection, idle time.Duration) {
	used.since = time.Now()

	if !c.push(used, idle) {
		_ = used.Close() // It has served.

		return
	}

	if used.Err() != nil {
		c.lost(used) // The app closed it before the connection was known to be idle.
	}
}

func (c *connections) push(used *connection, idle time.Duration) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	if c.closed || idle <= 0 || c.count >= maxIdleUpstream || len(c.idle[used.upstream]) >= maxIdlePerUpstream {
		return false
	}

	c.idle[used.upstream] = append(c.idle[used.upstream], used)
	c.count++
	used.idle = true

	if used.timer == nil {
		used.timer = time.AfterFunc(idle, func() { c.expire(used) })
	} else {
		used.timer.Reset(idle)
	}

	return true
}

// remove takes a connection out. The caller holds the mutex.
func (c *connections) remove(unused *connection) {
	stack := c.idle[unused.upstream]
	at := slices.Index(stack, unused)

	if stack = slices.Delete(stack, at, at+1); len(stack) == 0 {
		delete(c.idle, unused.upstream)
	} else {
		c.idle[unused.upstream] = stack
	}

	unused.timer.Stop()

	unused.idle = false
	c.count--
}

// takeOut is remove for a connection that may be in use by now, and returns false where it is.
func (c *connections) takeOut(unused *connection) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	if !unused.idle {
		return false
	}

	c.remove(unused)

	return true
}

// lost learns from an app that closed an idle connection.
func (c *connections) lost(unused *connection) {
	if c.takeOut(unused) {
		unused.upstream.habits.closed(time.Since(unused.since), time.Now())
	}
}

func (c *connections) expire(unused *connection) {
	if !c.takeOut(unused) {
		return
	}

	if unused.wire.usable() {
		unused.upstream.habits.stayedOpen(time.Since(unused.since), time.Now())
	}

	_ = unused.Close() // It was idle.
}

// close closes all connections that no request uses, and those that are in use when their answers have ended.
func (c *connections) close() {
	c.mutex.Lock()

	var unused []*connection

	for _, stack := range c.idle {
		unused = append(unused, stack...)
	}

	for _, one := range unused {
		c.remove(one)
	}

	c.closed = true
	c.mutex.Unlock()

	for _, one := range unused {
		_ = one.Close() // It was idle.
	}
}
