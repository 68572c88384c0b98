package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// prober sends packets from one network namespace: a datagram, and the first packet of a connection. Nobody waits for answers.
type prober struct{ socket int }

func newProber(namespace string) (*prober, error) {
	p := &prober{}

	err := netnamespace.Do(namespace, func() (err error) {
		p.socket, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.IPPROTO_RAW)

		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a socket for raw packets: %w", err)
	}

	return p, nil
}

// send sends both packets, and returns how many the sender's own machine took.
func (p *prober) send(from, to netip.Addr, port uint16) (sent int) {
	for _, packet := range [][]byte{datagram(from, to, port), connect(from, to, port)} {
		// A namespace without a route there refuses it.
		if unix.Sendto(p.socket, packet, 0, &unix.SockaddrInet4{Addr: to.As4()}) == nil {
			sent++
		}
	}

	return sent
}

func (p *prober) close() { _ = unix.Close(p.socket) }

// sourcePort is where probes come from; nothing listens there.
const sourcePort = 7

func datagram(from, to netip.Addr, port uint16) []byte {
	const length = 8

	segment := make([]byte, length)
	binary.BigEndian.PutUint16(segment, sourcePort)
	binary.BigEndian.PutUint16(segment[2:], port)
	binary.BigEndian.PutUint16(segment[4:], length) // Without a checksum, as UDP allows.

	return packetOf(unix.IPPROTO_UDP, from, to, segment)
}

func connect(from, to netip.Addr, port uint16) []byte {
	const length, lengthInWords, synchronize, window = 20, 5 << 4, 0x02, 1024

	segment := make([]byte, length)
	binary.BigEndian.PutUint16(segment, sourcePort)
	binary.BigEndian.PutUint16(segment[2:], port)
	segment[12], segment[13] = lengthInWords, synchronize
	binary.BigEndian.PutUint16(segment[14:], window)

	pseudo := append(append(from.AsSlice(), to.AsSlice()...), 0, unix.IPPROTO_TCP, 0, length)
	binary.BigEndian.PutUint16(segment[16:], checksum(append(pseudo, segment...)))

	return packetOf(unix.IPPROTO_TCP, from, to, segment)
}

// packetOf puts the segment behind an IP header, whose length and checksum the kernel fills in.
func packetOf(protocol byte, from, to netip.Addr, segment []byte) []byte {
	const version, lifetime = 0x45, 64

	header := make([]byte, ipHeader+len(segment))
	header[0], header[8], header[ipProtocol] = version, lifetime, protocol
	copy(header[ipSource:], from.AsSlice())
	copy(header[ipDestination:], to.AsSlice())

	copy(header[ipHeader:], segment)

	return header
}

// checksum is that of the internet protocols, of an even number of bytes.
func checksum(bytes []byte) uint16 {
	const half, mask = 16, 0xffff

	sum := uint32(0)
	for i := 0; i < len(bytes); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(bytes[i:]))
	}

	for sum>>half > 0 {
		sum = sum>>half + sum&mask
	}

	return ^uint16(sum)
}
