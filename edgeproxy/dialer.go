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
	// With keepAliveIdle, keepAliveInterval and keepAliveCount the edge notices within half a minute that a VM vanished during a stream.
	keepAliveIdle     = 15 * time.Second
	keepAliveInterval = 5 * time.Second
	keepAliveCount    = 3
	// sharedUserTimeout is how long the other side of an HTTP/2 connection may acknowledge nothing. All requests on it fail together, and its app reads
	// whatever else it does.
	sharedUserTimeout = 15 * time.Second
	// routeCheckLife is how long the kernel's answer that an address has a route is used.
	routeCheckLife = time.Second
	// maxRouteChecks bounds the memory of these answers; when it is reached all are forgotten.
	maxRouteChecks = 4096
)

var errNoRoute = errors.New("only the default route leads to this address, so it is not in the cluster")

// dialError says that no connection was made: no byte of the request has been sent.
type dialError struct{ cause error }

func (e *dialError) Error() string { return e.cause.Error() }
func (e *dialError) Unwrap() error { return e.cause }

// dialer connects to upstreams for whose address the kernel has a specific route. A cluster address must not leave by the default route when
// the cluster's network is down.
type dialer struct {
	net          net.Dialer
	requireRoute bool
	// patience is how long an app may take nothing of what is sent to it; 0: for ever.
	patience time.Duration
	hasRoute func(netip.Addr) (bool, error)

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

// dial is the DialContext of the HTTP/2 transport. The name is one of connectionName, with any port. All its errors are dialErrors.
func (d *dialer) dial(ctx context.Context, network, name string) (net.Conn, error) {
	address, err := addressOf(name)
	if err != nil {
		return nil, &dialError{err}
	}

	connection, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}

	setUserTimeout(connection, sharedUserTimeout)

	return connection, nil
}

// connect is dial with an address in place of a name.
func (d *dialer) connect(ctx context.Context, network, address string) (*net.TCPConn, error) {
	if err := d.check(address); err != nil {
		return nil, &dialError{fmt.Errorf("dial %s: %w", address, err)}
	}

	connection, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, &dialError{err}
	}

	return connection.(*net.TCPConn), nil //nolint:forcetypeassert // The network is "tcp".
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
