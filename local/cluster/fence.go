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

// claimRange fails when another cluster of this machine uses the addresses: the two would take each other's routes away. The
// kernel gives the claim back when this process ends, however it ends.
func (c *Cluster) claimRange() error {
	name := strings.ReplaceAll(c.options.ClusterRange.Masked().String(), "/", "-")

	file, err := os.OpenFile(filepath.Join(os.TempDir(), "zeitwork-range-"+name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the lock of the cluster's range: %w", err)
	}

	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(
			fmt.Errorf("another platform on this machine uses the addresses %s; stop it, or set ZEITWORK_CLUSTER_RANGE: %w", c.options.ClusterRange, err),
			file.Close())
	}

	c.later(func(context.Context) error { return file.Close() })

	return nil
}

func unreachable(prefix netip.Prefix) *netlink.Route {
	return &netlink.Route{
		Dst:   ipNet(prefix.Masked()),
		Type:  syscall.RTN_UNREACHABLE,
		Table: syscall.RT_TABLE_MAIN,
	}
}
