//go:build !linux

package edgeproxy

import (
	"errors"
	"net/netip"
)

// hasSpecificRoute cannot ask other kernels than Linux; there the edge serves loopback upstreams only, unless
// ZEITWORK_EDGE_REQUIRE_ROUTE is false.
func hasSpecificRoute(netip.Addr) (bool, error) {
	return false, errors.ErrUnsupported
}
