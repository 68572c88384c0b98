package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// fence makes the cluster's addresses unreachable where no VM has them, so that a packet for one never takes the default route out
// of the machine. The node agent keeps the same route; here it is in place before the agent starts.
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

// claimRange fails when another cluster of this machine uses the addresses: the two would remove each other's routes. The claim ends
// with this process.
func (c *Cluster) claimRange() error {
	name := strings.ReplaceAll(c.options.ClusterRange.Masked().String(), "/", "-")

	lock, err := flock.Try(filepath.Join(os.TempDir(), "zeitwork-range-"+name+".lock"), flock.Exclusive)
	if errors.Is(err, flock.ErrHeld) {
		return fmt.Errorf("another platform on this machine uses the addresses %s; stop it, or set ZEITWORK_CLUSTER_RANGE: %w", c.options.ClusterRange, err)
	}

	if err != nil {
		return fmt.Errorf("claim the cluster's range: %w", err)
	}

	c.later(func(context.Context) error { return lock.Close() })

	return nil
}

func unreachable(prefix netip.Prefix) *netlink.Route {
	return &netlink.Route{
		Dst:   ipNet(prefix.Masked()),
		Type:  syscall.RTN_UNREACHABLE,
		Table: syscall.RT_TABLE_MAIN,
	}
}
