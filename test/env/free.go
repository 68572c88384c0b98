package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// freePort returns a port that nothing listens on now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}

	defer func() { _ = listener.Close() }()

	return int(netip.MustParseAddrPort(listener.Addr().String()).Port()), nil
}

// freeSubnet returns a range for builds in which no interface of the machine has an address.
func freeSubnet() (netip.Prefix, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("list the machine's addresses: %w", err)
	}

	const ranges, bits = 256, 24

	for third := range ranges {
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 83, byte(third), 0}), bits)

		if !slices.ContainsFunc(addresses, func(address net.Addr) bool {
			taken, err := netip.ParsePrefix(address.String())

			return err == nil && taken.Overlaps(prefix)
		}) {
			return prefix, nil
		}
	}

	return netip.Prefix{}, errors.New("every range of 10.83.0.0/16 is in use on this machine")
}
