package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

const (
	// What a filter says of a packet: TC_ACT_UNSPEC leaves it to the filters behind, TC_ACT_SHOT drops it.
	leave, drop = -1, 2

	// Where fields stand in a packet with its Ethernet header.
	etherType      = 12
	headerLength   = 14
	fragment       = 20
	ipProtocol     = 23
	sourceAddress  = 26
	destAddress    = 30
	ethernetHeader = 14
	destPort       = ethernetHeader + 2
	tcpFlags       = ethernetHeader + 13
	fragmentOffset = 0x1fff
	synchronize    = 0x02
	acknowledge    = 0x10
	lengthMask     = 0x0f
	wordsToBytes   = 2
	// In struct __sk_buff: the interface that the packet came in by, 0 where the machine has made it, and that at which it is.
	ingressIfindex, ifindex = 36, 40

	labelLeave      = "leave"
	labelDrop       = "drop"
	labelNameserver = "nameserver"
	labelQuestion   = "question"
	labelInternal   = "internal"
)

// start keeps the packet where loads look for it.
func start() asm.Instructions { return asm.Instructions{asm.Mov.Reg(asm.R6, asm.R1)} }

// onlyBetween drops all but IPv4 with the VM's address in its place. ARP goes no further than the interface.
func onlyBetween(field int32, address netip.Addr) asm.Instructions {
	return asm.Instructions{
		asm.LoadAbs(etherType, asm.Half),
		asm.JEq.Imm(asm.R0, unix.ETH_P_ARP, labelLeave),
		asm.JNE.Imm(asm.R0, unix.ETH_P_IP, labelDrop),
		asm.LoadAbs(field, asm.Word),
		asm.JNE.Imm32(asm.R0, number(address), labelDrop),
	}
}

func addressIs(field int32, address netip.Addr, label string) asm.Instructions {
	if !address.Is4() {
		return nil
	}

	return asm.Instructions{asm.LoadAbs(field, asm.Word), asm.JEq.Imm32(asm.R0, number(address), label)}
}

// internal drops packets with an internal address in the field. Its first instruction has the symbol.
func (n *Network) internal(field int32, symbol string) asm.Instructions {
	const instructions = 3

	ranges := append([]netip.Prefix{n.Range.Masked()}, iprange.Internal()...)
	program := make(asm.Instructions, 0, instructions*len(ranges))

	for _, prefix := range ranges {
		mask := int32(-1) << (prefix.Addr().BitLen() - prefix.Bits())
		program = append(program,
			asm.LoadAbs(field, asm.Word),
			asm.And.Imm32(asm.R0, mask),
			asm.JEq.Imm32(asm.R0, number(prefix.Addr()), labelDrop),
		)
	}

	if symbol != "" {
		program[0] = program[0].WithSymbol(symbol)
	}

	return program
}

// unlessTCP goes to the label with what is not TCP, or has no header of TCP, as the later fragments of a packet.
func unlessTCP(label string) asm.Instructions {
	return append(asm.Instructions{
		asm.LoadAbs(ipProtocol, asm.Byte),
		asm.JNE.Imm(asm.R0, unix.IPPROTO_TCP, label),
	}, transport("", label)...)
}

// transport makes R7 the length of the IP header, or goes to the label where no other header is behind it.
func transport(symbol, label string) asm.Instructions {
	program := asm.Instructions{
		asm.LoadAbs(fragment, asm.Half),
		asm.JSet.Imm(asm.R0, fragmentOffset, label),
		asm.LoadAbs(headerLength, asm.Byte),
		asm.And.Imm(asm.R0, lengthMask),
		asm.LSh.Imm(asm.R0, wordsToBytes),
		asm.Mov.Reg(asm.R7, asm.R0),
	}

	if symbol != "" {
		program[0] = program[0].WithSymbol(symbol)
	}

	return program
}

// unlessBegins goes to the label with packets of TCP that do not begin a connection.
func unlessBegins(label string) asm.Instructions {
	return asm.Instructions{
		asm.LoadInd(asm.R0, asm.R7, tcpFlags, asm.Byte),
		asm.And.Imm(asm.R0, synchronize|acknowledge),
		asm.JNE.Imm(asm.R0, synchronize, label),
	}
}

func leaving() asm.Instructions {
	return asm.Instructions{asm.Mov.Imm(asm.R0, leave).WithSymbol(labelLeave), asm.Return()}
}

func dropping() asm.Instructions {
	return asm.Instructions{asm.Mov.Imm(asm.R0, drop).WithSymbol(labelDrop), asm.Return()}
}

// number is the address as loads of a packet's bytes give it.
func number(address netip.Addr) int32 {
	if !address.Is4() {
		panic(fmt.Sprintf("%s is no IPv4 address", address))
	}

	return int32(binary.BigEndian.Uint32(address.AsSlice())) //nolint:gosec // The bits are the same.
}
