package edgeproxy

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// hasSpecificRoute tells whether the kernel would send packets for ip by a route that is narrower than the default one.
// An unreachable or blackhole route is an error, as the kernel has it.
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

		// VPNs write the default route as two halves.
		if ones, _ := r.Dst.Mask.Size(); ones <= 1 {
			return false, nil
		}
	}

	return len(routes) > 0, nil
}
