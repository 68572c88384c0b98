package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

const (
	ipHeader      = 20
	ipProtocol    = 9
	ipSource      = 12
	ipDestination = 16
	portBytes     = 2
)

// sniffer sees what leaves a network namespace by any of its interfaces, over TCP or UDP, to or from one port: packets to it, and the answers of whoever got
// one.
type sniffer struct{ socket int }

// sniffed is a packet that has left.
type sniffed struct {
	from, to netip.Addr
	// answer says that it comes from the port.
	answer bool
	link   int
}

func sniff(namespace string, port uint16) (*sniffer, error) {
	s := &sniffer{socket: -1}

	err := netnamespace.Do(namespace, func() (err error) {
		// Without a protocol the socket gets nothing before it has its filter.
		s.socket, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			return fmt.Errorf("make a socket for packets: %w", err)
		}

		return errors.Join(s.filter(port), unix.Bind(s.socket, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL)}))
	})
	if err != nil && s.socket >= 0 {
		s.close()
	}

	return s, err
}

func networkOrder(number uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, number))
}

// filter has the kernel pass what concerns the port alone.
func (s *sniffer) filter(port uint16) error {
	const whole = 1 << 16

	// The kernel shows what leaves to none but sockets for all protocols.
	program, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtProto},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.ETH_P_IP, SkipFalse: 8}, //nolint:mnd // To the end.
		bpf.LoadAbsolute{Off: ipProtocol, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.IPPROTO_TCP, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.IPPROTO_UDP, SkipFalse: 5}, //nolint:mnd // To the end.
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 0, Size: portBytes},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(port), SkipTrue: 3}, //nolint:mnd // To what passes it.
		bpf.LoadIndirect{Off: portBytes, Size: portBytes},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(port), SkipTrue: 1},
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
func (s *sniffer) left(port uint16) ([]sniffed, error) {
	const longestHeader = 60

	var found []sniffed

	for packet := make([]byte, longestHeader+2*portBytes); ; {
		length, from, err := unix.Recvfrom(s.socket, packet, 0)
		if errors.Is(err, unix.EAGAIN) {
			return found, nil
		}

		if err != nil {
			return nil, fmt.Errorf("receive packets: %w", err)
		}

		const lengthMask, words = 0x0f, 4

		at, ok := from.(*unix.SockaddrLinklayer)
		header := int(packet[0]&lengthMask) * words

		if !ok || at.Pkttype != unix.PACKET_OUTGOING || length < header+2*portBytes {
			continue
		}

		found = append(found, sniffed{
			from: netip.AddrFrom4([4]byte(packet[ipSource:])), to: netip.AddrFrom4([4]byte(packet[ipDestination:])),
			answer: binary.BigEndian.Uint16(packet[header:]) == port, link: at.Ifindex,
		})
	}
}

func (s *sniffer) close() { _ = unix.Close(s.socket) }
