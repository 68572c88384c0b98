package nodeagent

import (
	"math"
	"net/netip"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// edgesOf returns the addresses from which edges reach VMs. It returns nil, which stands for all, where the API does not know them of every edge, or is of the
// version before, which tells none.
func edgesOf(list client.Assignments) []netip.Addr {
	if list.Ingress == nil {
		return nil
	}

	edges := []netip.Addr{}

	for _, text := range list.Ingress.Addresses {
		if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
			edges = append(edges, address)
		}
	}

	return edges
}

// appsOf returns where the apps of the VMs listen.
func appsOf(list client.Assignments) []netip.AddrPort {
	return lo.Uniq(lo.FilterMap(list.VMS, func(vm client.AssignedVM, _ int) (netip.AddrPort, bool) {
		address, err := netip.ParseAddr(vm.IP)

		return netip.AddrPortFrom(address, uint16(vm.Port&math.MaxUint16)), err == nil && address.Is4() && vm.Port != 0
	}))
}
