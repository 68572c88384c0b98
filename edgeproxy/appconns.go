package edgeproxy

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// sweepInterval is how often the engine looks at its idle connections. It is shorter than closingTime, so that an app that closes its connections
	// after each answer is found out.
	sweepInterval = 100 * time.Millisecond
)

// appConn is a connection of the engine to a VM, for one request at a time.
type appConn struct {
	*wire

	upstream *upstream
	// since is when the last answer ended, and until when the connection is given up.
	since, until time.Time
	// deadline is that of reads, as it was set last.
	deadline time.Time
	// checked says that the connection was found open while it was idle.
	checked bool
}

// idleConns are the idle connections to one VM; the one that was used last stands last.
type idleConns struct {
	mutex sync.Mutex
	stack []*appConn
	known bool // appConns knows that there are some.
}

// appConns keeps the engine's idle connections to VMs. Each belongs to the upstream of one VM: a later VM of another customer may get the same address, and
// must never get a request on a connection to the earlier one.
type appConns struct {
	dialer *dialer
	count  atomic.Int64
	closed atomic.Bool

	mutex sync.Mutex
	// upstreams are those that have idle connections.
	upstreams map[*upstream]struct{}
}

func newAppConns(d *dialer) *appConns {
	return &appConns{dialer: d, upstreams: map[*upstream]struct{}{}}
}

// dial makes a connection to a VM. All its errors are dialErrors.
func (p *appConns) dial(ctx context.Context, u *upstream) (*appConn, error) {
	raw, err := p.dialer.connect(ctx, "tcp", u.address)
	if err != nil {
		return nil, err
	}

	made, err := newWire(raw, p.dialer.patience)
	if err != nil {
		return nil, &dialError{err}
	}

	made.Conn = made.tcp

	return &appConn{wire: made, upstream: u}, nil
}

// take returns an open connection to a VM, or nil where there is none. A careful request is one that must not be sent again after the app may have read it:
// it gets none that the app may be about to close.
func (p *appConns) take(u *upstream, careful bool) *appConn {
	most := time.Duration(math.MaxInt64)

	if careful {
		var may bool

		if most, may = u.habits.carefulIdle(); !may {
			return nil
		}
	}

	for {
		found := p.pop(u, most)
		if found == nil {
			return nil
		}

		idle := time.Since(found.since)

		if found.usable() {
			u.habits.stayedOpen(idle, time.Now())

			return found
		}

		u.habits.closed(idle, time.Now())

		_ = found.Close() // The app has closed it.
	}
}

// pop takes out the connection that was used last, unless it has been idle for longer than that, or is to be given up.
func (p *appConns) pop(u *upstream, most time.Duration) *appConn {
	u.idle.mutex.Lock()
	defer u.idle.mutex.Unlock()

	last := len(u.idle.stack) - 1
	if last < 0 {
		return nil
	}

	now, found := time.Now(), u.idle.stack[last]
	if now.Sub(found.since) > most || now.After(found.until) {
		return nil
	}

	u.idle.stack[last] = nil
	u.idle.stack = u.idle.stack[:last]
	p.count.Add(-1)

	return found
}

// put keeps a connection for other requests, for as long as it may be idle.
func (p *appConns) put(used *appConn, idle time.Duration) {
	used.since = time.Now()
	used.until, used.checked = used.since.Add(idle), false

	if idle <= 0 || !p.push(used) {
		_ = used.Close() // It has served.
	}
}

func (p *appConns) push(used *appConn) bool {
	u := used.upstream

	u.idle.mutex.Lock()

	if p.closed.Load() || p.count.Load() >= maxIdleUpstream || len(u.idle.stack) >= maxIdlePerUpstream {
		u.idle.mutex.Unlock()

		return false
	}

	u.idle.stack = append(u.idle.stack, used)
	p.count.Add(1)

	known := u.idle.known
	u.idle.known = true
	u.idle.mutex.Unlock()

	if !known {
		p.mutex.Lock()
		p.upstreams[u] = struct{}{}
		p.mutex.Unlock()
	}

	return true
}

// run looks at the idle connections until ctx ends.
func (p *appConns) run(ctx context.Context) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()

	for {
		select {
		case <-ticker.C:
			p.sweep(time.Now())
		case <-ctx.Done():
			p.close()

			return
		}
	}
}

// sweep closes connections whose time has passed or that their app has closed, and learns from those.
func (p *appConns) sweep(now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	for u := range p.upstreams {
		if !p.sweepOne(u, now) {
			delete(p.upstreams, u)
		}
	}
}

// sweepOne returns whether the upstream has idle connections still.
func (p *appConns) sweepOne(u *upstream, now time.Time) bool {
	u.idle.mutex.Lock()
	defer u.idle.mutex.Unlock()

	kept := u.idle.stack[:0]

	for _, one := range u.idle.stack {
		over := p.closed.Load() || now.After(one.until)

		if one.checked && !over {
			kept = append(kept, one)

			continue
		}

		idle, open := now.Sub(one.since), one.usable()
		one.checked = true

		switch {
		case !open:
			u.habits.closed(idle, now)
		case over:
			u.habits.stayedOpen(idle, now)
		default:
			kept = append(kept, one)

			continue
		}

		p.count.Add(-1)
		_ = one.Close() // It was idle.
	}

	clear(u.idle.stack[len(kept):])
	u.idle.stack = kept
	u.idle.known = len(kept) > 0

	return u.idle.known
}

// close closes all connections that no request uses, and those that are in use when their answers have ended.
func (p *appConns) close() {
	p.closed.Store(true)
	p.sweep(time.Now())
}
