package network

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

func configureHost(link netlink.Link, address netip.Addr) error {
	name := link.Attrs().Name

	err := os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0o600)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("turn IPv6 off on %s: %w", name, err)
	}

	if err := netlink.LinkSetUp(link); err != nil {
		return fmt.Errorf("turn %s on: %w", name, err)
	}

	if err := netlink.NeighSet(neighbour(link, address, guestHardwareAddress(address))); err != nil {
		return fmt.Errorf("set the neighbour of %s: %w", name, err)
	}

	route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: single(address), Scope: netlink.SCOPE_LINK}
	if err := netlink.RouteReplace(route); err != nil {
		return fmt.Errorf("route %s to %s: %w", address, name, err)
	}

	return nil
}

func configureGuest(namespace netns.NsHandle, address netip.Addr) error {
	handle, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return fmt.Errorf("enter network namespace: %w", err)
	}
	defer handle.Close()

	link, err := handle.LinkByName(guestInterface)
	if err != nil {
		return fmt.Errorf("find the VM's interface: %w", err)
	}

	index := link.Attrs().Index

	if err := handle.LinkSetUp(link); err != nil {
		return fmt.Errorf("turn the VM's interface on: %w", err)
	}

	if err := handle.AddrReplace(link, &netlink.Addr{IPNet: single(address)}); err != nil {
		return fmt.Errorf("give the VM its address: %w", err)
	}

	if err := handle.NeighSet(neighbour(link, gateway(), hostHardwareAddress())); err != nil {
		return fmt.Errorf("set the VM's neighbour: %w", err)
	}

	for _, route := range []*netlink.Route{
		{LinkIndex: index, Dst: single(gateway()), Scope: netlink.SCOPE_LINK},
		{LinkIndex: index, Gw: gateway().AsSlice(), Src: address.AsSlice()},
	} {
		if err := handle.RouteReplace(route); err != nil {
			return fmt.Errorf("set the VM's route %s: %w", route, err)
		}
	}

	return nil
}

// uplinkMTU returns the MTU of the interface with the default route, so that no packet of a VM has to be fragmented there.
func uplinkMTU() int {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return defaultMTU
	}

	for _, route := range routes {
		if route.Dst != nil && !route.Dst.IP.IsUnspecified() {
			continue
		}

		if link, err := netlink.LinkByIndex(route.LinkIndex); err == nil {
			return min(link.Attrs().MTU, defaultMTU)
		}
	}

	return defaultMTU
}

func neighbour(link netlink.Link, address netip.Addr, hardware net.HardwareAddr) *netlink.Neigh {
	return &netlink.Neigh{
		LinkIndex: link.Attrs().Index, Family: netlink.FAMILY_V4, State: netlink.NUD_PERMANENT,
		IP: address.AsSlice(), HardwareAddr: hardware,
	}
}

func gateway() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 1, 1}) }

func hostHardwareAddress() net.HardwareAddr {
	return net.HardwareAddr{0xee, 0xee, 0xee, 0xee, 0xee, 0xee}
}

// guestHardwareAddress is a locally administered address that contains the IP address.
func guestHardwareAddress(address netip.Addr) net.HardwareAddr {
	return append(net.HardwareAddr{0x02, 0x7a}, address.AsSlice()...)
}

func single(address netip.Addr) *net.IPNet {
	return ipNet(netip.PrefixFrom(address, address.BitLen()))
}
