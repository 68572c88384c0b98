package edgeproxy

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// hasSpecificRoute tells whether the kernel would send packets for ip by a route that is narrower than the default one. For an unreachable or
// blackhole route it returns the kernel's error.
func hasSpecificRoute(ip netip.Addr) (bool, error) {
	// Without FIBMatch the kernel answers with the address itself instead of the route's network.
	routes, err := netlink.RouteGetWithOptions(ip.AsSlice(), &netlink.RouteGetOptions{FIBMatch: true})
	if err != nil {
		return false, fmt.Errorf("asking the kernel: %w", err)
	}

	for _, r := range routes {
		if r.Dst == nil {
			return false, nil
		}

		// Some VPNs replace the default route by two routes, each for half of all addresses.
		if ones, _ := r.Dst.Mask.Size(); ones <= 1 {
			return false, nil
		}
	}

	return len(routes) > 0, nil
}
