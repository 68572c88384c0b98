//go:build !linux

package edgeproxy

import (
	"errors"
	"net/netip"
)

// hasSpecificRoute always fails: only Linux's kernel is asked. On other systems the edge serves upstreams on the loopback alone, unless
// ZEITWORK_EDGE_REQUIRE_ROUTE is false.
func hasSpecificRoute(netip.Addr) (bool, error) {
	return false, errors.ErrUnsupported
}
