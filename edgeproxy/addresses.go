package edgeproxy

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/samber/lo"
)

// mostAddresses is how many the platform takes.
const mostAddresses = 64

// addresses are those from which this edge may connect to VMs: the configured ones, else the machine's IPv4 addresses that others can reach. They are looked
// at for each poll, as a machine can join a tailnet after the edge has started.
func (c Config) addresses() ([]string, error) {
	found := c.Addresses

	if len(found) == 0 {
		own, err := net.InterfaceAddrs()
		if err != nil {
			return nil, fmt.Errorf("list the machine's addresses: %w", err)
		}

		found = lo.FilterMap(own, func(address net.Addr, _ int) (netip.Addr, bool) {
			prefix, err := netip.ParsePrefix(address.String())

			return prefix.Addr(), err == nil && prefix.Addr().Is4() && prefix.Addr().IsGlobalUnicast()
		})
	}

	texts := lo.Uniq(lo.Map(found, func(address netip.Addr, _ int) string { return address.String() }))
	slices.Sort(texts)

	return texts[:min(len(texts), mostAddresses)], nil
}
