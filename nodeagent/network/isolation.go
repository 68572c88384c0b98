package network

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"

	"github.com/google/uuid"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/forwarding"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Assert makes the policy and the unreachable route what they are to be, and tells whether they were anything else. Where that fails, every VM on this
// machine loses its network before Assert returns, and no VM gets any, until an Assert succeeds. The error is a problem with the code unavailable then.
func (n *Network) Assert() (changed bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()

	changed, err = n.isolate()
	if err != nil {
		n.broken = problem.Wrap(err, problem.Unavailable, "VMs have no network on this node until it can keep them apart from each other.")

		return changed, errors.Join(n.broken, n.cutOff())
	}

	n.refilter()

	if n.broken == nil {
		return changed, nil
	}

	if err := n.reconnect(); err != nil {
		return changed, err
	}

	n.broken = nil

	return changed, nil
}

// Admit lets edges reach apps through Ingress, and nobody else. Where edges is nil everybody there may reach apps. What was admitted before and is not any more
// gets no new connection.
func (n *Network) Admit(edges []netip.Addr, apps []netip.AddrPort) error {
	n.Expect(edges, apps)

	_, err := n.Assert()

	return err
}

// Expect says whom Setup is to let in. Without it Setup would close what an earlier run of the agent has opened, until Admit.
func (n *Network) Expect(edges []netip.Addr, apps []netip.AddrPort) {
	n.mu.Lock()
	defer n.mu.Unlock()

	n.edges, n.apps = edges, apps
}

func (n *Network) isolate() (bool, error) {
	if err := netlink.RouteReplace(n.unreachable()); err != nil {
		return false, fmt.Errorf("make %s unreachable: %w", n.Range, err)
	}

	changed, err := n.policy().Assert()
	if err != nil {
		return changed, fmt.Errorf("assert the network policy: %w", err)
	}

	return changed, nil
}

// connect turns a VM's interface on, behind filters of its own, unless isolation is broken.
func (n *Network) connect(vm uuid.UUID, host netlink.Link, address netip.Addr) error {
	n.mu.Lock()
	defer n.mu.Unlock()

	if n.broken != nil {
		return n.broken
	}

	if n.attached == nil {
		n.attached = map[uuid.UUID]netip.Addr{}
	}

	n.attached[vm] = address

	if err := n.filterInterface(host, address); err != nil {
		n.unfiltered = unfilteredError(vm, err)
	}

	return configureHost(host, address)
}

func (n *Network) forget(vm uuid.UUID) {
	n.mu.Lock()
	defer n.mu.Unlock()

	delete(n.attached, vm)
}

// cutOff turns the interfaces of all VMs off that have a namespace here, also of those that an earlier run of the agent attached.
func (n *Network) cutOff() error {
	vms, err := n.List()
	if err != nil {
		return err
	}

	var failed []error

	for _, vm := range vms {
		link, err := netlink.LinkByName(InterfaceName(vm))
		if err == nil {
			err = netlink.LinkSetDown(link)
		}

		if err != nil && !isGone(err) {
			failed = append(failed, fmt.Errorf("turn the interface of VM %s off: %w", vm, err))
		}
	}

	return errors.Join(failed...)
}

// reconnect turns the interfaces of the attached VMs on again, and gives back the routes that they lost with that.
func (n *Network) reconnect() error {
	var failed []error

	for vm, address := range n.attached {
		link, err := netlink.LinkByName(InterfaceName(vm))
		if err == nil {
			err = configureHost(link, address)
		}

		if err != nil && !isGone(err) {
			failed = append(failed, fmt.Errorf("turn the interface of VM %s on: %w", vm, err))
		}
	}

	return errors.Join(failed...)
}

// Forward makes the machine pass packets of VMs on, and puts that back where anything has changed it. The policy says which packets.
func (n *Network) Forward(ctx context.Context) error {
	if err := os.WriteFile(forwardingSwitch, []byte("1"), 0o600); err != nil {
		return fmt.Errorf("turn IP forwarding on: %w", err)
	}

	if err := forwarding.Allow(ctx, n.forwardingRules()...); err != nil {
		return fmt.Errorf("let packets of VMs through iptables: %w", err)
	}

	return nil
}

// forwardingRules match the packets that the policy decides about.
func (n *Network) forwardingRules() []forwarding.Rule {
	return []forwarding.Rule{
		{"--in-interface", interfacePrefix + "+", "--source", n.Range.Masked().String()},
		{"--out-interface", interfacePrefix + "+", "--destination", n.Range.Masked().String()},
	}
}
