package network

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

const (
	// filterHandle and filterPriority name the filter of each direction among those of an interface. It comes first, and leaves to the others what it lets
	// through.
	filterHandle   = 1
	filterPriority = 1
	// clsactHandle is ffff:0, which clsact has on every interface.
	clsactHandle = 0xffff << 16
)

// filterKnowledge is what the filters of VMs are made from that may change while the VMs run.
type filterKnowledge struct {
	// edges are those of Network.
	edges []netip.Addr
	// machine are the public addresses of this machine.
	machine []netip.Addr
}

// Unfiltered returns why the interface of some VM has no filter of its own, and nil where all have. The policy isolates these VMs too, but nothing does while
// another program has flushed it, until Assert.
func (n *Network) Unfiltered() error {
	n.mu.Lock()
	defer n.mu.Unlock()

	return n.unfiltered
}

// filterInterface gives the host's end of a VM's veth pair filters in both directions, in the place of those that it had. They hold the most of what the policy
// forbids for the moment in which the policy is gone: no flush of nftables removes them.
func (n *Network) filterInterface(link netlink.Link, address netip.Addr) error {
	// Another program, or another part of this one, may have made the place for filters already.
	err := netlink.QdiscAdd(&netlink.GenericQdisc{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: link.Attrs().Index, Handle: clsactHandle, Parent: netlink.HANDLE_CLSACT},
		QdiscType:  "clsact",
	})
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("make the place for filters of %s: %w", link.Attrs().Name, err)
	}

	return errors.Join(
		attachFilter(link, netlink.HANDLE_MIN_INGRESS, "zeitwork_from_vm", n.fromVMProgram(address, n.known)),
		attachFilter(link, netlink.HANDLE_MIN_EGRESS, "zeitwork_to_vm", n.toVMProgram(address, n.known)),
	)
}

// attachFilter leaves no filter where it fails: the one before may drop what the edges of now send. The policy isolates the VM alone then.
func attachFilter(link netlink.Link, parent uint32, name string, instructions asm.Instructions) (err error) {
	place := netlink.FilterAttrs{
		LinkIndex: link.Attrs().Index, Parent: parent, Handle: filterHandle, Priority: filterPriority, Protocol: unix.ETH_P_ALL,
	}

	defer func() {
		if err != nil {
			_ = netlink.FilterDel(&netlink.BpfFilter{FilterAttrs: place}) // There may be none.
		}
	}()

	program, err := ebpf.NewProgram(&ebpf.ProgramSpec{Name: name, Type: ebpf.SchedCLS, Instructions: instructions, License: "Apache-2.0"})
	if err != nil {
		return fmt.Errorf("load the filter %s: %w", name, err)
	}

	err = netlink.FilterReplace(&netlink.BpfFilter{FilterAttrs: place, Fd: program.FD(), Name: name, DirectAction: true})

	// The interface keeps the program.
	if err = errors.Join(err, program.Close()); err != nil {
		return fmt.Errorf("attach the filter %s to %s: %w", name, link.Attrs().Name, err)
	}

	return nil
}

// refilter gives all VMs filters that know the edges and the machine's addresses of now, where these have changed, or where the last attempt has failed for
// some VM. The caller holds the lock.
func (n *Network) refilter() {
	now := filterKnowledge{edges: n.edges, machine: n.known.machine}

	if addresses, err := publicAddresses(); err == nil { // Else the kernel could not list them at this moment.
		now.machine = addresses
	}

	if n.unfiltered == nil && reflect.DeepEqual(now, n.known) {
		return
	}

	n.known, n.unfiltered = now, nil

	for vm, address := range n.attached {
		link, err := netlink.LinkByName(InterfaceName(vm))
		if err == nil {
			err = n.filterInterface(link, address)
		}

		if err != nil && !isGone(err) {
			n.unfiltered = unfilteredError(vm, err)
		}
	}
}

// publicAddresses returns the public IPv4 addresses of this machine, in their order.
func publicAddresses() ([]netip.Addr, error) {
	found, err := netlink.AddrList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("list the addresses of this machine: %w", err)
	}

	addresses := lo.FilterMap(found, func(a netlink.Addr, _ int) (netip.Addr, bool) {
		address, ok := netip.AddrFromSlice(a.IP.To4())

		return address, ok && iprange.IsPublic(address)
	})

	slices.SortFunc(addresses, netip.Addr.Compare)

	return addresses, nil
}

func unfilteredError(vm uuid.UUID, err error) error {
	return fmt.Errorf("filter the interface of VM %s: %w", vm, err)
}
