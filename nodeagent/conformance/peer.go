package conformance

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// The roles of the network namespaces that stand in for other machines.
const (
	tailnetRole  = "t"
	internetRole = "i"
)

// The addresses of other machines, and of this one on the way to them. The tailnet's are among those of carriers, as those of Tailscale are; the internet's are
// for documentation, so that no host has them.
func tailnetRange() netip.Prefix  { return netip.MustParsePrefix("100.127.254.0/29") }
func internetRange() netip.Prefix { return netip.MustParsePrefix("203.0.113.200/29") }
func nodeInTailnet() netip.Addr   { return netip.MustParseAddr("100.127.254.1") }
func edge() netip.Addr            { return netip.MustParseAddr("100.127.254.2") }
func stranger() netip.Addr        { return netip.MustParseAddr("100.127.254.3") }
func nodeInInternet() netip.Addr  { return netip.MustParseAddr("203.0.113.201") }
func website() netip.Addr         { return netip.MustParseAddr("203.0.113.202") }
func nameserver() netip.Addr      { return netip.MustParseAddr("203.0.113.203") }

// interfaceName is the name of the interface that leads to the machines of a role: another one for each containerd namespace. It does not begin as those of
// VMs do.
func interfaceName(namespace, role string) string {
	const bytes = 4

	sum := sha256.Sum256([]byte(namespace))

	return fmt.Sprintf("zwc%x%s", sum[:bytes], role)
}

// peers are other machines on one network: a namespace with their addresses, and an interface that leads there.
type peers struct {
	folder, name, role string
	network            netip.Prefix
	node               netip.Addr
	addresses          []netip.Addr
}

func (p peers) path() string { return filepath.Join(p.folder, p.role) }

// attach makes the namespace and the interface.
func (p peers) attach() error {
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return err
	}

	if err := netnamespace.Ensure(p.path()); err != nil {
		return err
	}

	namespace, err := netns.GetFromPath(p.path())
	if err != nil {
		return err
	}

	defer func() { _ = namespace.Close() }()

	attributes := netlink.NewLinkAttrs()
	attributes.Name = p.name

	if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: "eth0", PeerNamespace: netlink.NsFd(namespace)}); err != nil {
		return fmt.Errorf("make interface %s: %w", p.name, err)
	}

	// The node has no address of IPv6 there, whatever it has elsewhere.
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/"+p.name+"/disable_ipv6", []byte("1"), 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}

	there, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return err
	}
	defer there.Close()

	here := &netlink.Handle{}
	if err := p.configure(here, p.name, p.node); err != nil {
		return err
	}

	if err := p.configure(there, "eth0", p.addresses...); err != nil {
		return err
	}

	return there.RouteReplace(&netlink.Route{Gw: p.node.AsSlice()})
}

// configure gives an interface its addresses and turns it on.
func (p peers) configure(handle *netlink.Handle, name string, addresses ...netip.Addr) error {
	link, err := handle.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find interface %s: %w", name, err)
	}

	for _, address := range addresses {
		prefix := &net.IPNet{IP: address.AsSlice(), Mask: net.CIDRMask(p.network.Bits(), address.BitLen())}
		if err := handle.AddrReplace(link, &netlink.Addr{IPNet: prefix}); err != nil {
			return fmt.Errorf("give %s the address %s: %w", name, address, err)
		}
	}

	if err := handle.LinkSetUp(link); err != nil {
		return fmt.Errorf("turn %s on: %w", name, err)
	}

	return nil
}

// detach removes what attach made, as far as it exists.
func (p peers) detach() error {
	link, err := netlink.LinkByName(p.name)
	if err == nil {
		err = netlink.LinkDel(link)
	}

	if _, gone := errors.AsType[netlink.LinkNotFoundError](err); gone || errors.Is(err, unix.ENODEV) {
		err = nil
	}

	return errors.Join(err, netnamespace.Remove(p.path()))
}

// dialer dials as the machine with that address.
func (p peers) dialer(from netip.Addr, timeout time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: timeout, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}

	return func(ctx context.Context, network, address string) (connection net.Conn, err error) {
		err = netnamespace.Do(p.path(), func() (err error) {
			connection, err = dialer.DialContext(ctx, network, address)

			return err
		})

		return connection, err
	}
}

// awaitReachable waits until this machine reaches the others: the kernel activates an interface in the background.
func (p peers) awaitReachable(ctx context.Context) error {
	const (
		patience = 10 * time.Second
		pause    = 5 * time.Millisecond
	)

	listener, err := listen(ctx, p.path(), netip.AddrPortFrom(p.addresses[0], 0))
	if err != nil {
		return err
	}

	defer listener.close()

	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", listener.address())
		if err == nil {
			return connection.Close()
		}

		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("reach the stand-in for other machines at %s: %w", listener.address(), err)
		}
	}
}
