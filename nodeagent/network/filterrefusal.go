package network

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/cilium/ebpf/asm"
)

const (
	labelSilent = "silent"
	// tcpHeader is where the header of TCP stands behind an IP header of no bytes.
	tcpHeader = ethernetHeader
)

// refusing ends a program for what a VM sends and may not. The first packet of a connection (R8 is 1, R7 the length of the IP header) is made an answer
// that the connection is refused, and given back to the VM, so that its sender fails at once instead of after a timeout. All else is dropped.
func refusing(vm netip.Addr) asm.Instructions {
	const (
		sequence, acknowledgment, offsetAndFlags = tcpHeader + 4, tcpHeader + 8, tcpHeader + 12
		offsetBits, resetAcknowledge             = 0xf000, 0x14
	)

	// The stack has what is written next.
	hold := func(offset int16, size asm.Size) asm.Instructions {
		return asm.Instructions{asm.HostTo(asm.BE, asm.R0, size), asm.StoreMem(asm.RFP, offset, asm.R0, size)}
	}

	return slices.Concat(
		asm.Instructions{
			asm.JEq.Imm(asm.R8, 0, labelSilent).WithSymbol(labelDrop),

			// Its sequence number is acknowledged, and the answer has none of its own.
			asm.LoadInd(asm.R0, asm.R7, sequence, asm.Word),
			asm.Mov.Reg(asm.R9, asm.R0),
			asm.Add.Imm(asm.R9, 1),
			asm.HostTo(asm.BE, asm.R9, asm.Word),
			asm.HostTo(asm.BE, asm.R0, asm.Word),
			asm.Mov.Imm(asm.R4, 0),
		},
		replaceField(sequence, asm.Word),
		asm.Instructions{
			asm.LoadInd(asm.R0, asm.R7, acknowledgment, asm.Word),
			asm.HostTo(asm.BE, asm.R0, asm.Word),
			asm.Mov.Reg(asm.R4, asm.R9),
		},
		replaceField(acknowledgment, asm.Word),
		asm.Instructions{
			asm.LoadInd(asm.R0, asm.R7, offsetAndFlags, asm.Half),
			asm.Mov.Reg(asm.R9, asm.R0),
			asm.And.Imm(asm.R9, offsetBits),
			asm.Or.Imm(asm.R9, resetAcknowledge),
			asm.HostTo(asm.BE, asm.R9, asm.Half),
			asm.HostTo(asm.BE, asm.R0, asm.Half),
			asm.Mov.Reg(asm.R4, asm.R9),
		},
		replaceField(offsetAndFlags, asm.Half),

		// Addresses and ports change places, which leaves the checksums as they are.
		asm.Instructions{asm.LoadAbs(sourceAddress, asm.Word)}, hold(-4, asm.Word),
		asm.Instructions{asm.LoadAbs(destAddress, asm.Word)}, hold(-8, asm.Word),
		write(sourceAddress, false, -8, 8), //nolint:mnd // Both.
		asm.Instructions{asm.LoadInd(asm.R0, asm.R7, tcpHeader, asm.Half)}, hold(-2, asm.Half),
		asm.Instructions{asm.LoadInd(asm.R0, asm.R7, destPort, asm.Half)}, hold(-4, asm.Half),
		write(tcpHeader, true, -4, 4), //nolint:mnd // Both.
		hardwareAddresses(vm),
		write(0, false, -12, 12), //nolint:mnd // Both.
		asm.Instructions{
			asm.LoadMem(asm.R1, asm.R6, ifindex, asm.Word),
			asm.Mov.Imm(asm.R2, 0),
			asm.FnRedirectPeer.Call(),
			asm.Return(),
			asm.Mov.Imm(asm.R0, drop).WithSymbol(labelSilent),
			asm.Return(),
		},
	)
}

// replaceField corrects the checksum of TCP for a field that is R0 and is to be R4, both as on the wire, and writes it.
func replaceField(field int32, size asm.Size) asm.Instructions {
	const tcpChecksum = tcpHeader + 16

	width := int32(size.Sizeof()) //nolint:gosec // 2 or 4.

	return append(asm.Instructions{
		asm.StoreMem(asm.RFP, -4, asm.R4, size),
		asm.Mov.Reg(asm.R3, asm.R0),
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.Mov.Reg(asm.R2, asm.R7),
		asm.Add.Imm(asm.R2, tcpChecksum),
		asm.Mov.Imm(asm.R5, width),
		asm.FnL4CsumReplace.Call(),
	}, write(field, true, -4, width)...)
}

// write puts bytes of the stack into the packet, at the place or that far behind an IP header of no bytes.
func write(place int32, behind bool, from int16, length int32) asm.Instructions {
	program := asm.Instructions{asm.Mov.Imm(asm.R2, place)}
	if behind {
		program = append(program, asm.Add.Reg(asm.R2, asm.R7))
	}

	return append(program,
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.Mov.Reg(asm.R3, asm.RFP),
		asm.Add.Imm(asm.R3, int32(from)),
		asm.Mov.Imm(asm.R4, length),
		asm.Mov.Imm(asm.R5, 0),
		asm.FnSkbStoreBytes.Call(),
	)
}

// hardwareAddresses puts those of a packet to the VM on the stack.
func hardwareAddresses(vm netip.Addr) asm.Instructions {
	const word = 4

	var program asm.Instructions

	both := slices.Concat(guestHardwareAddress(vm), hostHardwareAddress())
	for i := 0; i < len(both); i += word {
		program = append(program, asm.StoreImm(asm.RFP, int16(i-len(both)), int64(int32(binary.NativeEndian.Uint32(both[i:]))), asm.Word)) //nolint:gosec // 12 bytes.
	}

	return program
}
