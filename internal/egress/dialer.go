package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

// dialTimeout bounds how long a server may take to accept a connection.
const dialTimeout = 10 * time.Second

// ErrNotPublic is the error for an address that is not one of the public internet. Nothing was sent to it.
var ErrNotPublic = errors.New("the address is not a public one")

// Dialer makes connections to public addresses. The zero value is ready for use.
type Dialer struct {
	// Internal are ranges of internal addresses that may be reached all the same.
	Internal []netip.Prefix

	// addresses returns those of the machine; nil for net.InterfaceAddrs.
	addresses func() ([]net.Addr, error)
}

// DialContext connects as net.Dialer does. Its error is ErrNotPublic where none but internal addresses are left to try; those of the machine itself count
// as internal, since what listens there may rely on a firewall.
func (d Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout, Control: d.check}

	return dialer.DialContext(ctx, network, address)
}

// check is called with each address that is about to be connected to.
func (d Dialer) check(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the address %q: %w", address, err)
	}

	ip := target.Addr().WithZone("").Unmap()

	if iprange.Contains(d.Internal, ip) {
		return nil
	}

	if !iprange.IsPublic(ip) {
		return ErrNotPublic
	}

	addresses := net.InterfaceAddrs
	if d.addresses != nil {
		addresses = d.addresses
	}

	own, err := addresses()
	if err != nil {
		return fmt.Errorf("read the addresses of this machine: %w", err)
	}

	for _, known := range own {
		if network, ok := known.(*net.IPNet); ok && network.IP.Equal(ip.AsSlice()) {
			return ErrNotPublic
		}
	}

	return nil
}
