package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/samber/lo"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/relay"
)

const (
	// uplink is the name of the link to the machine inside a node's namespace.
	uplink = "uplink0"
	// A link has four addresses. All links are in the first /24 of the cluster's range, which no node gets.
	linkBits, linkAddresses = 30, 4
	mostNodes               = 256 / linkAddresses
	// The places of a link's two ends among its addresses.
	machineEnd, nodeEnd = 1, 2
)

// makeNetwork makes a node's network namespace with a link to the machine, which is the only way out, and forwards the ports of the
// API and the registry into it.
func (c *Cluster) makeNetwork(ctx context.Context, n *node) error {
	if err := os.MkdirAll(c.namespaceFolder(), 0o700); err != nil {
		return fmt.Errorf("make the folder of the nodes' network namespaces: %w", err)
	}

	c.later(func(context.Context) error { return c.removeNetwork(n) })

	if err := netnamespace.Ensure(n.NetworkNamespace); err != nil {
		return err
	}

	if err := c.makeLink(n); err != nil {
		return fmt.Errorf("link node %s to the machine: %w", n.Name, err)
	}

	for _, port := range []int{c.options.Ports.API, c.options.Ports.Registry} {
		n.forwarders = append(n.forwarders, relay.IntoNamespace(n.NetworkNamespace, fmt.Sprintf("127.0.0.1:%d", port)))
	}

	return n.openForwarders(ctx)
}

func (c *Cluster) makeLink(n *node) error {
	namespace, err := netns.GetFromPath(n.NetworkNamespace)
	if err != nil {
		return err
	}

	defer func() { _ = namespace.Close() }()

	attributes := netlink.NewLinkAttrs()
	attributes.Name = c.linkName(n)

	err = netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: uplink, PeerNamespace: netlink.NsFd(namespace)})
	if err != nil {
		return err
	}

	inside, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return err
	}
	defer inside.Close()

	machine, err := netlink.NewHandle()
	if err != nil {
		return err
	}
	defer machine.Close()

	err = os.WriteFile("/proc/sys/net/ipv6/conf/"+c.linkName(n)+"/disable_ipv6", []byte("1"), 0o600)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}

	return errors.Join(
		turnOn(machine, c.linkName(n), c.linkAddress(n, machineEnd)),
		turnOn(inside, uplink, c.linkAddress(n, nodeEnd)),
	)
}

func turnOn(handle *netlink.Handle, name string, address netip.Addr) error {
	link, err := handle.LinkByName(name)
	if err != nil {
		return err
	}

	if err := handle.AddrReplace(link, &netlink.Addr{IPNet: ipNet(netip.PrefixFrom(address, linkBits))}); err != nil {
		return err
	}

	return handle.LinkSetUp(link)
}

// routeNode sends the machine's packets for a node's VMs to the node.
func (c *Cluster) routeNode(n *node, prefix netip.Prefix) error {
	link, err := netlink.LinkByName(c.linkName(n))
	if err != nil {
		return fmt.Errorf("find the link to node %s: %w", n.Name, err)
	}

	route := &netlink.Route{
		LinkIndex: link.Attrs().Index, Dst: ipNet(prefix), Gw: c.linkAddress(n, nodeEnd).AsSlice(),
	}
	if err := netlink.RouteReplace(route); err != nil {
		return fmt.Errorf("route %s to node %s: %w", prefix, n.Name, err)
	}

	return nil
}

// removeNetwork removes a node's network namespace and its link, and with the link its routes, as far as they exist. No process may
// run in the namespace any more.
func (c *Cluster) removeNetwork(n *node) error {
	problems := []error{n.closeForwarders()}

	link, err := netlink.LinkByName(c.linkName(n))
	if err == nil {
		err = netlink.LinkDel(link)
	}

	if _, gone := errors.AsType[netlink.LinkNotFoundError](err); err != nil && !gone {
		problems = append(problems, fmt.Errorf("remove the link to node %s: %w", n.Name, err))
	}

	problems = append(problems, netnamespace.Remove(n.NetworkNamespace))

	// This succeeds for the last node, when the folder is empty.
	_ = os.Remove(filepath.Dir(n.NetworkNamespace))

	return errors.Join(problems...)
}

// linkName is unique on the machine, and uses all of the 15 characters that the name of an interface may have.
func (c *Cluster) linkName(n *node) string {
	return fmt.Sprintf("zwn%s-%d", strings.TrimPrefix(c.Namespace(), "zeitwork-"), n.number)
}

// linkAddress returns the address of an end of the link to a node. It is an address of the cluster's range, packets for which never
// leave the machine, even when the link is gone.
func (c *Cluster) linkAddress(n *node, end int) netip.Addr {
	octets := c.options.ClusterRange.Masked().Addr().As4()
	octets[len(octets)-1] = byte((n.number-1)*linkAddresses + end) //nolint:gosec // There are mostNodes.

	return netip.AddrFrom4(octets)
}

func (n *node) openForwarders(ctx context.Context) error {
	for _, f := range n.forwarders {
		if err := f.Open(ctx); err != nil {
			return err
		}
	}

	return nil
}

func (n *node) closeForwarders() error {
	return errors.Join(lo.Map(n.forwarders, func(f *relay.Relay, _ int) error { return f.Close() })...)
}

func ipNet(prefix netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())}
}
