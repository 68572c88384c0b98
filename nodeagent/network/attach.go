package network

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/uuid"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

const (
	interfacePrefix = "zwv"
	guestInterface  = "eth0"
	defaultMTU      = 1500
)

// Renew gives the VM a namespace in which nothing has run, with the same address as before, and returns its path. What was attached before is
// detached: Kata Containers puts devices of its own into a namespace and leaves them there, and refuses one that has them. It must come before every
// start, when what ran before has ended.
func (n *Network) Renew(vm uuid.UUID, address netip.Addr) (string, error) {
	if err := n.Detach(vm); err != nil {
		return "", err
	}

	// The rules are looked at before anybody runs behind them, whatever is known of them.
	if _, err := n.Assert(); err != nil {
		return "", err
	}

	return n.Attach(vm, address)
}

// Attach gives the VM its namespace and its address and returns the namespace's path. It leaves alone what exists already, as is right for a VM that
// runs.
func (n *Network) Attach(vm uuid.UUID, address netip.Addr) (string, error) {
	if !n.Range.Contains(address) {
		return "", fmt.Errorf("address %s of VM %s is not in the cluster range %s", address, vm, n.Range)
	}

	path := n.NamespacePath(vm)
	if err := netnamespace.Ensure(path); err != nil {
		return "", err
	}

	namespace, err := netns.GetFromPath(path)
	if err != nil {
		return "", fmt.Errorf("open network namespace: %w", err)
	}

	defer func() { _ = namespace.Close() }()

	host, err := ensureVeth(InterfaceName(vm), namespace, address)
	if err != nil {
		return "", err
	}

	if err := configureGuest(namespace, address); err != nil {
		return "", err
	}

	if err := n.connect(vm, host, address); err != nil {
		return "", err
	}

	return path, awaitCarrier(namespace, host.Attrs().Index)
}

// Detach removes the VM's interface, with the interface its route, and the VM's namespace, as far as they exist. A process that is left in the namespace
// has no network from then on.
func (n *Network) Detach(vm uuid.UUID) error {
	n.forget(vm)

	link, err := netlink.LinkByName(InterfaceName(vm))
	if err == nil {
		err = netlink.LinkDel(link)
	}

	if err != nil && !isGone(err) {
		return fmt.Errorf("remove interface %s: %w", InterfaceName(vm), err)
	}

	return netnamespace.Remove(n.NamespacePath(vm))
}

// isGone tells whether the error says that there is no such interface.
func isGone(err error) bool {
	_, notFound := errors.AsType[netlink.LinkNotFoundError](err)

	return notFound || errors.Is(err, unix.ENODEV)
}

// ensureVeth makes the veth pair with hardware addresses of its choice: udev would otherwise give the interfaces new ones, and the
// neighbours on both sides are static.
func ensureVeth(name string, namespace netns.NsHandle, address netip.Addr) (netlink.Link, error) {
	if link, err := netlink.LinkByName(name); err == nil {
		return link, nil
	}

	attributes := netlink.NewLinkAttrs()
	attributes.Name = name
	attributes.MTU = uplinkMTU()
	attributes.HardwareAddr = hostHardwareAddress()

	err := netlink.LinkAdd(&netlink.Veth{
		LinkAttrs: attributes, PeerName: guestInterface, PeerNamespace: netlink.NsFd(namespace),
		PeerHardwareAddr: guestHardwareAddress(address), PeerMTU: uint32(attributes.MTU), //nolint:gosec // An MTU is at most defaultMTU.
	})
	if err != nil {
		return nil, fmt.Errorf("make interface %s: %w", name, err)
	}

	link, err := netlink.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("find interface %s: %w", name, err)
	}

	return link, nil
}
