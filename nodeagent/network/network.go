package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/forwarding"
)

const forwardingSwitch = "/proc/sys/net/ipv4/ip_forward"

// Network is the part of one cluster's network that is on this machine.
type Network struct {
	// Range has all addresses of the cluster.
	Range netip.Prefix
	// Folder holds the namespaces of this node's VMs and nothing else. Two nodes on one machine need two folders.
	Folder string
	// Nameservers are where VMs may send DNS queries, private addresses included.
	Nameservers []netip.Addr
	// Ingress are the names of interfaces, beside the machine itself, through which VMs may be reached: those that Admit named, by whom it named.
	Ingress []string
	// AllowMail lets VMs send to port 25 of the internet.
	AllowMail bool
	Limits    Limits

	mu sync.Mutex
	// edges are the addresses that Ingress lets in; nil: all. apps are what they may reach.
	edges []netip.Addr
	apps  []netip.AddrPort
	// broken is why no VM may have a network at the moment.
	broken error
	// attached are the VMs that get their network back when isolation stands again, and their addresses.
	attached map[uuid.UUID]netip.Addr
	// known is what the filters of the attached VMs are made from. unfiltered is why one of these VMs has none.
	known      filterKnowledge
	unfiltered error
}

// Setup makes the cluster's range unreachable and puts the policy in place. It must come before the
// first Attach. Where VMs cannot be isolated it returns what Assert does, a problem with the code unavailable.
func (n *Network) Setup() error {
	if !n.Range.Addr().Is4() {
		return fmt.Errorf("the cluster range %s is not an IPv4 range", n.Range)
	}

	if err := os.MkdirAll(n.Folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of network namespaces: %w", err)
	}

	_, err := n.Assert()

	return err
}

// Teardown removes the policy and then the unreachable route, and what lets packets through iptables. No VM of the cluster may be left on the machine.
func (n *Network) Teardown(ctx context.Context) error {
	if err := forwarding.Forget(ctx, n.forwardingRules()...); err != nil {
		return fmt.Errorf("take back what lets packets of VMs through iptables: %w", err)
	}

	if err := errors.Join(n.policy().Remove(), n.limitTable().Remove()); err != nil {
		return err
	}

	if err := netlink.RouteDel(n.unreachable()); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("remove the route of %s: %w", n.Range, err)
	}

	return nil
}

// List returns the VMs that have a namespace here, whole or in part.
func (n *Network) List() ([]uuid.UUID, error) {
	entries, err := os.ReadDir(n.Folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}

	if err != nil {
		return nil, fmt.Errorf("list network namespaces: %w", err)
	}

	var ids []uuid.UUID

	for _, entry := range entries {
		if id, err := uuid.Parse(entry.Name()); err == nil {
			ids = append(ids, id)
		}
	}

	return ids, nil
}

// NamespacePath returns where the VM's network namespace is mounted.
func (n *Network) NamespacePath(vm uuid.UUID) string { return filepath.Join(n.Folder, vm.String()) }

// CheckRoute fails unless packets to the address go to this VM. Callers must check before they dial the VM. Of a VM that has lost its network it returns a
// problem with the code unavailable.
func (n *Network) CheckRoute(vm uuid.UUID, address netip.Addr) error {
	n.mu.Lock()
	broken := n.broken
	n.mu.Unlock()

	if broken != nil {
		return broken
	}

	index, err := interfaceIndex(InterfaceName(vm))
	if err != nil {
		return fmt.Errorf("find interface %s: %w", InterfaceName(vm), err)
	}

	routes, err := netlink.RouteGet(address.AsSlice())
	if err != nil {
		return fmt.Errorf("find the route to %s: %w", address, err)
	}

	if len(routes) != 1 || routes[0].LinkIndex != index {
		return fmt.Errorf("packets to %s do not go to interface %s", address, InterfaceName(vm))
	}

	return nil
}

// interfaceIndex asks the kernel for the number of an interface alone: all else that it knows of one costs many times as much.
func interfaceIndex(name string) (int, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("make a socket: %w", err)
	}

	defer func() { _ = unix.Close(socket) }()

	request, err := unix.NewIfreq(name)
	if err != nil {
		return 0, fmt.Errorf("name an interface: %w", err)
	}

	if err := unix.IoctlIfreq(socket, unix.SIOCGIFINDEX, request); err != nil {
		return 0, fmt.Errorf("find the number of an interface: %w", err)
	}

	return int(request.Uint32()), nil
}

// InterfaceName returns the name of the host's end of the VM's veth pair. It has the 15 characters that a name may have at most, and is
// made from the random end of the id.
func InterfaceName(vm uuid.UUID) string {
	const randomBytes = 6

	return fmt.Sprintf("%s%x", interfacePrefix, vm[len(vm)-randomBytes:])
}

func (n *Network) unreachable() *netlink.Route {
	return &netlink.Route{Dst: ipNet(n.Range.Masked()), Type: unix.RTN_UNREACHABLE, Table: unix.RT_TABLE_MAIN}
}

func ipNet(prefix netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())}
}
