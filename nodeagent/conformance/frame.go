package conformance

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/netip"
	"slices"

	"github.com/google/uuid"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

const (
	hopLimit   = 64
	udpHeader  = 8
	ipv4Header = 20
	ipv6Header = 40
	// senderPort is where the frames claim to come from.
	senderPort = 40_000
)

// sendFrames sends packets from a VM's network namespace as its kernel could that belongs to somebody hostile: in frames of its own making, with whatever
// addresses it likes.
func sendFrames(namespace string, vm uuid.UUID, packets ...[]byte) error {
	node, err := netlink.LinkByName(network.InterfaceName(vm))
	if err != nil {
		return fmt.Errorf("find the VM's interface: %w", err)
	}

	return netnamespace.Do(namespace, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return fmt.Errorf("find the VM's interface: %w", err)
		}

		socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("make a raw socket: %w", err)
		}

		defer func() { _ = unix.Close(socket) }()

		for _, packet := range packets {
			kind := uint16(unix.ETH_P_IP)
			if packet[0]>>4 == 6 { //nolint:mnd // It is the packet's version.
				kind = unix.ETH_P_IPV6
			}

			frame := slices.Concat(node.Attrs().HardwareAddr, link.Attrs().HardwareAddr, binary.BigEndian.AppendUint16(nil, kind))
			if err := unix.Sendto(socket, append(frame, packet...), 0, &unix.SockaddrLinklayer{Ifindex: link.Attrs().Index}); err != nil {
				return fmt.Errorf("send a frame: %w", err)
			}
		}

		return nil
	})
}

// datagram returns an IP packet with a UDP datagram that says text.
func datagram(from, to netip.Addr, port int, text string) []byte {
	order := binary.BigEndian
	length := uint16(udpHeader + len(text)) //nolint:gosec // It is short.
	addresses := append(from.AsSlice(), to.AsSlice()...)

	header := func(sum uint16) []byte {
		ports := order.AppendUint16(order.AppendUint16(nil, senderPort), uint16(port)) //nolint:gosec // It is a port.

		return append(order.AppendUint16(order.AppendUint16(ports, length), sum), text...)
	}

	pseudo := order.AppendUint16(order.AppendUint16(addresses, unix.IPPROTO_UDP), length)
	udp := header(checksum(append(pseudo, header(0)...)))

	if from.Is6() {
		packet := order.AppendUint16([]byte{0x60, 0, 0, 0}, length)

		return append(append(append(packet, unix.IPPROTO_UDP, hopLimit), addresses...), udp...)
	}

	packet := func(sum uint16) []byte {
		start := order.AppendUint16([]byte{0x45, 0}, ipv4Header+length)
		start = append(start, 0, 0, 0, 0, hopLimit, unix.IPPROTO_UDP)

		return append(order.AppendUint16(start, sum), addresses...)
	}

	return append(packet(checksum(packet(0))), udp...)
}

// checksum is that of RFC 1071.
func checksum(data []byte) uint16 {
	if len(data)%2 != 0 {
		data = append(data, 0)
	}

	var sum uint32

	for word := range slices.Chunk(data, 2) { //nolint:mnd // Its words have two bytes.
		sum += uint32(binary.BigEndian.Uint16(word))
	}

	for sum > math.MaxUint16 {
		sum = sum&math.MaxUint16 + sum>>16 //nolint:mnd // What 16 bits do not hold is added to them.
	}

	return ^uint16(sum)
}

// hostAddresses returns the addresses of this machine that are not on its loopback, of one version of IP.
func hostAddresses(ipv6 bool) ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list the addresses of this machine: %w", err)
	}

	var found []netip.Addr

	for _, address := range all {
		prefix, err := netip.ParsePrefix(address.String())
		if err == nil && !prefix.Addr().IsLoopback() && !prefix.Addr().IsLinkLocalUnicast() && prefix.Addr().Is6() == ipv6 {
			found = append(found, prefix.Addr())
		}
	}

	return found, nil
}
