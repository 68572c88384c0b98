package builder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/relay"
)

// buildNetwork is where buildkitd and its builds are: a network namespace with one link to the machine, which is the only way out. Rules on both sides
// of the link say where that leads: those in the namespace are beyond the reach of whatever flushes the machine's, and those of the machine also know
// what is addressed to the machine itself. An nftables table of its own has them on each side, whose drops no other table can undo.
type buildNetwork struct {
	// namespace is where the network namespace is mounted, link the name of the link on the machine, and of the builds' bridge in the namespace.
	namespace, link string
	// subnet has the addresses of builds and, at its end, those of the link.
	subnet      netip.Prefix
	nameservers []netip.Addr
	// hosts are what buildkitd itself may reach although it is internal, each with its port.
	hosts  []string
	logger *slog.Logger

	// allowed are the addresses of the hosts, and when each was found last.
	allowed map[netip.AddrPort]time.Time
	// asked is the nameserver that answered last; the zero address before one was asked.
	asked netip.Addr

	// closed says that nothing passes the link because the machine's rules cannot be put in place.
	closed bool
	// forwarders pass on what buildkitd sends to the platform's registry, where that is on the machine's loopback interface.
	forwarders map[netip.AddrPort]*relay.Relay
}

const (
	// uplink is the name of the link inside the namespace.
	uplink = "uplink0"
	// linkBits leave a link its two addresses.
	linkBits = 30
)

// checkSubnet returns an error for a range that has no addresses for builds beside those of the link.
func checkSubnet(subnet netip.Prefix) error {
	const longest = 28

	if !subnet.Addr().Is4() || subnet.Bits() > longest {
		return fmt.Errorf("the range of builds is %s and must be one of IPv4 with a /%d at least, such as 10.78.0.0/16", subnet, longest)
	}

	return nil
}

// up makes the network, with its fence in place before anything can pass. What an earlier run has left goes first.
func (n *buildNetwork) up(ctx context.Context) error {
	if err := n.remove(ctx); err != nil {
		return err
	}

	if err := netnamespace.Ensure(n.namespace); err != nil {
		return err
	}

	addresses, err := n.lookUpHosts(ctx)
	if err != nil {
		return err
	}

	if err := n.allow(ctx, addresses, time.Now()); err != nil {
		return err
	}

	if _, err := n.fence(); err != nil {
		return err
	}

	if err := errors.Join(n.setForwarding(ctx, true), netnamespace.Do(n.namespace, n.fenceInside)); err != nil {
		return err
	}

	if err := n.makeLink(); err != nil {
		return err
	}

	if err := errors.Join(netnamespace.Do(n.namespace, n.openInside), n.open()); err != nil {
		return err
	}

	return turnOnForwarding()
}

// remove takes the network down, and then its fence: without the link there is nothing to fence. No process may be left in the namespace.
func (n *buildNetwork) remove(ctx context.Context) error {
	if err := errors.Join(n.stopForwarders(), n.setForwarding(ctx, false)); err != nil {
		return err
	}

	link, err := netlink.LinkByName(n.link)
	if err == nil {
		err = netlink.LinkDel(link)
	}

	if _, gone := errors.AsType[netlink.LinkNotFoundError](err); err != nil && !gone {
		return fmt.Errorf("remove the builds' link %s: %w", n.link, err)
	}

	if err := netnamespace.Remove(n.namespace); err != nil {
		return err
	}

	return n.machineTable().Remove() //nolint:wrapcheck // It names the table.
}

// turnOnForwarding makes the network namespace of the calling thread pass packets on.
func turnOnForwarding() error {
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o600); err != nil {
		return fmt.Errorf("turn IP forwarding on: %w", err)
	}

	return nil
}
