package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/samber/lo"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// interfacePrefix is how the interfaces of VMs begin.
const interfacePrefix = "zwv"

// netHolding is a VM's interface on a node, with the address that is routed to it.
type netHolding struct {
	name    string
	address netip.Addr
}

// lookAtNetwork lists the interfaces of VMs in a node's network namespace; empty is this process's own.
func lookAtNetwork(namespace string) ([]netHolding, error) {
	handle, err := handleIn(namespace)
	if err != nil {
		return nil, err
	}
	defer handle.Close()

	links, err := handle.LinkList()
	if err != nil {
		return nil, fmt.Errorf("list the interfaces in %s: %w", namespace, err)
	}

	var found []netHolding

	for _, link := range links {
		if !strings.HasPrefix(link.Attrs().Name, interfacePrefix) {
			continue
		}

		one := netHolding{name: link.Attrs().Name}

		routes, err := handle.RouteList(link, netlink.FAMILY_V4)
		if err != nil {
			return nil, fmt.Errorf("list the routes of %s: %w", one.name, err)
		}

		if len(routes) > 0 && routes[0].Dst != nil {
			one.address, _ = netip.AddrFromSlice(routes[0].Dst.IP.To4())
		}

		found = append(found, one)
	}

	return found, nil
}

func handleIn(namespace string) (*netlink.Handle, error) {
	if namespace == "" {
		handle, err := netlink.NewHandle()
		if err != nil {
			return nil, fmt.Errorf("look at the network: %w", err)
		}

		return handle, nil
	}

	opened, err := netns.GetFromPath(namespace)
	if err != nil {
		return nil, fmt.Errorf("open network namespace %s: %w", namespace, err)
	}
	defer func() { _ = opened.Close() }()

	handle, err := netlink.NewHandleAt(opened)
	if err != nil {
		return nil, fmt.Errorf("enter network namespace %s: %w", namespace, err)
	}

	return handle, nil
}

// judgeNetwork reports VMs without an interface and an address, and interfaces of no VM. VMs that are leaving may have theirs.
func judgeNetwork(held []netHolding, node string, vms, leaving []vmRow) []finding {
	var found []finding

	wanted := lo.Map(vms, func(vm vmRow, _ int) netip.Addr { return vm.IP })
	allowed := append(lo.Map(leaving, func(vm vmRow, _ int) netip.Addr { return vm.IP }), wanted...)
	routed := lo.Map(held, func(h netHolding, _ int) netip.Addr { return h.address })

	for _, one := range held {
		if !lo.Contains(allowed, one.address) {
			found = append(found, orphan("interface %s with address %s on %s", one.name, one.address, node))
		}
	}

	for _, address := range lo.FindDuplicates(routed) {
		found = append(found, lost("address %s belongs to two VMs on %s", address, node))
	}

	for _, address := range lo.Without(wanted, routed...) {
		found = append(found, lost("address %s is not routed on %s", address, node))
	}

	return found
}
