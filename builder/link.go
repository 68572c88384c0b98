package builder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// linkAddress returns an address of the last four of the subnet: the first of them is the link's network, and stands behind the last of the builds'.
func (n *buildNetwork) linkAddress(place uint32) netip.Addr {
	const (
		addressBits, addresses = 32, 4
	)

	first := binary.BigEndian.Uint32(n.subnet.Masked().Addr().AsSlice())
	behind := first + 1<<(addressBits-n.subnet.Bits())

	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, behind-addresses+place)))
}

// machineEnd is the machine's address on the link, buildkitdEnd that of the namespace, by which buildkitd is known. lastBuild is the last address of builds.
func (n *buildNetwork) machineEnd() netip.Addr { return n.linkAddress(1) }

func (n *buildNetwork) buildkitdEnd() netip.Addr { return n.linkAddress(2) } //nolint:mnd // The second place.

func (n *buildNetwork) lastBuild() netip.Addr { return n.linkAddress(0).Prev() }

// makeLink links the namespace to the machine. The link carries nothing yet.
func (n *buildNetwork) makeLink() error {
	namespace, err := netns.GetFromPath(n.namespace)
	if err != nil {
		return fmt.Errorf("open the builds' network namespace: %w", err)
	}

	defer func() { _ = namespace.Close() }()

	attributes := netlink.NewLinkAttrs()
	attributes.Name = n.link

	if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: uplink, PeerNamespace: netlink.NsFd(namespace)}); err != nil {
		return fmt.Errorf("make the builds' link %s: %w", n.link, err)
	}

	err = os.WriteFile("/proc/sys/net/ipv6/conf/"+n.link+"/disable_ipv6", []byte("1"), 0o600)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("turn IPv6 off on %s: %w", n.link, err)
	}

	return nil
}

// open makes the machine's end of the link carry packets.
func (n *buildNetwork) open() error {
	link, err := turnOn(n.link, n.machineEnd())
	if err != nil {
		return err
	}

	route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: ipNet(n.subnet.Masked()), Gw: n.buildkitdEnd().AsSlice()}
	if err := netlink.RouteReplace(route); err != nil {
		return fmt.Errorf("route %s to the builds: %w", n.subnet, err)
	}

	return nil
}

// openInside does the same for the other end. It must be called in the namespace.
func (n *buildNetwork) openInside() error {
	link, err := turnOn(uplink, n.buildkitdEnd())
	if err != nil {
		return err
	}

	if err := netlink.RouteReplace(&netlink.Route{LinkIndex: link.Attrs().Index, Gw: n.machineEnd().AsSlice()}); err != nil {
		return fmt.Errorf("route the builds to the machine: %w", err)
	}

	// Answers to what buildkitd asked of a nameserver on its loopback interface come back by the link.
	if err := os.WriteFile("/proc/sys/net/ipv4/conf/"+uplink+"/route_localnet", []byte("1"), 0o600); err != nil {
		return fmt.Errorf("let answers of nameservers in: %w", err)
	}

	return turnOnForwarding()
}

// close keeps everything from passing the link.
func (n *buildNetwork) close() error {
	link, err := netlink.LinkByName(n.link)
	if err == nil {
		err = netlink.LinkSetDown(link)
	}

	if err != nil {
		return fmt.Errorf("turn the builds' link %s off: %w", n.link, err)
	}

	return nil
}

func turnOn(name string, address netip.Addr) (netlink.Link, error) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("find the builds' link %s: %w", name, err)
	}

	if err := netlink.AddrReplace(link, &netlink.Addr{IPNet: ipNet(netip.PrefixFrom(address, linkBits))}); err != nil {
		return nil, fmt.Errorf("give %s its address: %w", name, err)
	}

	if err := netlink.LinkSetUp(link); err != nil {
		return nil, fmt.Errorf("turn %s on: %w", name, err)
	}

	return link, nil
}

func ipNet(prefix netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())}
}
