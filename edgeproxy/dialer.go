package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	dialTimeout = 2 * time.Second
	// keepAliveIdle, keepAliveInterval and keepAliveCount find out in half a minute that a VM vanished during a stream.
	keepAliveIdle     = 15 * time.Second
	keepAliveInterval = 5 * time.Second
	keepAliveCount    = 3
	// routeCheckLife is how long an address that had a route is not asked about again.
	routeCheckLife = time.Second
	// maxRouteChecks bounds the memory of the checks; beyond it they start afresh.
	maxRouteChecks = 4096
)

var errNoRoute = errors.New("only the default route leads to this address, so it is not in the cluster")

// dialError says that no connection was made: not one byte of the request has been sent.
type dialError struct{ cause error }

func (e *dialError) Error() string { return e.cause.Error() }
func (e *dialError) Unwrap() error { return e.cause }

// dialer connects to upstreams, and only where the kernel has a route of their own for them: a cluster address must not
// leave by the default route when the cluster's network is down.
type dialer struct {
	net          net.Dialer
	requireRoute bool
	hasRoute     func(netip.Addr) (bool, error)

	mutex   sync.Mutex
	checked map[netip.Addr]time.Time
}

func newDialer(requireRoute bool) *dialer {
	return &dialer{
		net: net.Dialer{
			Timeout: dialTimeout,
			KeepAliveConfig: net.KeepAliveConfig{
				Enable: true, Idle: keepAliveIdle, Interval: keepAliveInterval, Count: keepAliveCount,
			},
		},
		requireRoute: requireRoute,
		hasRoute:     hasSpecificRoute,
		checked:      map[netip.Addr]time.Time{},
	}
}

// dial has the form that http.Transport wants, and takes a name of connectionName with any port. All its errors are dialErrors.
func (d *dialer) dial(ctx context.Context, network, name string) (net.Conn, error) {
	address, err := addressOf(name)
	if err != nil {
		return nil, &dialError{err}
	}

	return d.connect(ctx, network, address)
}

// connect is dial for an address.
func (d *dialer) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if err := d.check(address); err != nil {
		return nil, &dialError{fmt.Errorf("dial %s: %w", address, err)}
	}

	connection, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, &dialError{err}
	}

	return connection, nil
}

func (d *dialer) check(address string) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("upstream address: %w", err)
	}

	ip := target.Addr().Unmap()
	if !d.requireRoute || ip.IsLoopback() || d.remembers(ip) {
		return nil
	}

	found, err := d.hasRoute(ip)

	switch {
	case err != nil:
		return fmt.Errorf("looking for a route: %w", err)
	case !found:
		return errNoRoute
	}

	d.remember(ip)

	return nil
}

func (d *dialer) remembers(ip netip.Addr) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	return time.Since(d.checked[ip]) < routeCheckLife
}

func (d *dialer) remember(ip netip.Addr) {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if len(d.checked) >= maxRouteChecks {
		clear(d.checked)
	}

	d.checked[ip] = time.Now()
}
