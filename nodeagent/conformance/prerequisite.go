package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/nodeagent"
)

// checkMachine returns a sentence for the operator where VMs cannot run on this machine. It changes nothing.
func (t *trial) checkMachine(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("VMs and their networks need root: run it with sudo")
	}

	for _, finding := range nodeagent.Check(ctx, t.config) {
		// What comes of a part that an agent tolerates is a check's to say.
		if !finding.OK && !finding.Tolerable {
			return fmt.Errorf("%s: %s %s", finding.Part, finding.Detail, finding.Advice)
		}
	}

	return nil
}

// checkRanges refuses ranges of addresses to which this machine has a route already. They would not lead to VMs, or lead others astray.
func (t *trial) checkRanges() error {
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	if err != nil {
		return fmt.Errorf("list the routes of this machine: %w", err)
	}

	for _, route := range routes {
		used, ok := prefixOf(route)
		if !ok {
			continue
		}

		if used.Overlaps(t.options.Range) {
			return fmt.Errorf("the range %s is in use: this machine has a route to %s; choose another one with --range", t.options.Range, used)
		}

		// A wider route is as good as none: the checks hide eight addresses of it for a while.
		for _, fixed := range []netip.Prefix{tailnetRange(), internetRange()} {
			if used.Overlaps(fixed) && used.Bits() >= fixed.Bits() {
				return fmt.Errorf("the range %s, whose addresses stand in for other machines, is in use: this machine has a route to %s; do the checks run already?",
					fixed, used)
			}
		}
	}

	return nil
}
