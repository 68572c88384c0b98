package localcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink"
)

// fence makes the cluster's addresses unreachable where no VM has them, so that a packet for one never takes the default
// route out of the machine. The node agent keeps the same route; here it stands before the agent does.
func (c *Cluster) fence() error {
	route := unreachable(c.options.ClusterRange)
	if err := netlink.RouteReplace(route); err != nil {
		return fmt.Errorf("make the cluster's range %s unreachable: %w", c.options.ClusterRange, err)
	}

	c.later(func(context.Context) error {
		if err := netlink.RouteDel(route); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("remove the route of the cluster's range: %w", err)
		}

		return nil
	})

	return nil
}

func unreachable(prefix netip.Prefix) *netlink.Route {
	return &netlink.Route{
		Dst:   &net.IPNet{IP: prefix.Masked().Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())},
		Type:  syscall.RTN_UNREACHABLE,
		Table: syscall.RT_TABLE_MAIN,
	}
}
