package conformance

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// sniffer sees the packets to one port that leave this machine by any of its interfaces, whatever they are, TCP or UDP.
type sniffer struct{ socket int }

// left is a packet that has left by an interface.
type left struct {
	by string
	to netip.Addr
}

func (l left) String() string { return fmt.Sprintf("%s by %s", l.to, l.by) }

// sniff begins to see packets.
func sniff(port int) (*sniffer, error) {
	// Without a protocol the socket gets nothing, so that nothing comes before there is a filter.
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("make a socket for packets: %w", err)
	}

	s := &sniffer{socket: socket}

	if err := s.filter(port); err != nil {
		s.close()

		return nil, err
	}

	if err := unix.Bind(socket, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL)}); err != nil {
		s.close()

		return nil, fmt.Errorf("bind a socket for packets: %w", err)
	}

	return s, nil
}

func networkOrder(number uint16) uint16 { return number<<8 | number>>8 }

// filter has the kernel pass packets to the port alone: on a node that works there are many others.
func (s *sniffer) filter(port int) error {
	const (
		versionShift = 4
		version6     = 6
		whole        = 1 << 16
		// Of a header of UDP or TCP the destination is the second of the ports.
		destination = 2
		portSize    = 2
		// toIPv6 skips what is for IPv4.
		toIPv6 = 3
	)

	program, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: versionShift},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: version6, SkipTrue: toIPv6},
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: destination, Size: portSize},
		bpf.Jump{Skip: 1},
		bpf.LoadAbsolute{Off: ipv6Header + destination, Size: portSize},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(port), SkipTrue: 1}, //nolint:gosec // It is a port.
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: whole},
	})
	if err != nil {
		return fmt.Errorf("make a filter of packets: %w", err)
	}

	filter := make([]unix.SockFilter, 0, len(program))
	for _, i := range program {
		filter = append(filter, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}

	err = unix.SetsockoptSockFprog(s.socket, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}) //nolint:gosec,lll // It is short.
	if err != nil {
		return fmt.Errorf("filter packets: %w", err)
	}

	return nil
}

// left returns the packets that have left since the last call.
func (s *sniffer) left() ([]left, error) {
	var found []left

	for packet := make([]byte, ipv6Header); ; {
		length, from, err := unix.Recvfrom(s.socket, packet, 0)
		if errors.Is(err, unix.EAGAIN) {
			return found, nil
		}

		if err != nil {
			return nil, fmt.Errorf("receive packets: %w", err)
		}

		at, ok := from.(*unix.SockaddrLinklayer)
		if !ok || at.Pkttype != unix.PACKET_OUTGOING || length < ipv4Header {
			continue
		}

		to := netip.AddrFrom4([4]byte(packet[16:20]))
		if packet[0]>>4 == 6 && length == ipv6Header {
			to = netip.AddrFrom16([16]byte(packet[24:40]))
		}

		name := fmt.Sprintf("interface %d", at.Ifindex)
		if by, err := net.InterfaceByIndex(at.Ifindex); err == nil {
			name = by.Name
		}

		found = append(found, left{by: name, to: to})
	}
}

func (s *sniffer) close() { _ = unix.Close(s.socket) }
