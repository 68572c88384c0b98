package network

import (
	"net/netip"
	"slices"

	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"
)

// fromVMProgram filters what a VM sends. It keeps no state: what may be an answer to a connection is let through, for the policy to decide. But a VM begins no
// connection to the machine or an internal address, and sends neither a packet of another protocol than TCP, except for questions to nameservers.
func (n *Network) fromVMProgram(address netip.Addr, known filterKnowledge) asm.Instructions {
	program := append(append(start(), asm.Mov.Imm(asm.R8, 0)), onlyBetween(sourceAddress, address)...)

	toNameserver := make(asm.Instructions, 0, 2*len(n.Nameservers))
	for _, nameserver := range n.Nameservers {
		toNameserver = append(toNameserver, addressIs(destAddress, nameserver, labelNameserver)...)
	}

	program = append(program, toNameserver...)

	program = append(program, unlessTCP(labelInternal)...)
	program = append(program, unlessBegins(labelLeave)...)
	program = append(program, mayRefuse())
	program = append(program, n.internal(destAddress, labelInternal)...)

	for _, own := range known.machine {
		program = append(program, addressIs(destAddress, own, labelDrop)...)
	}

	program = append(program, leaving()...)

	if len(toNameserver) > 0 { // The kernel refuses a program with instructions that nothing leads to.
		program = append(program, onlyQuestions()...)
	}

	return append(program, refusing(address)...)
}

// onlyQuestions drops what goes to a nameserver but questions to its port, and answers to connections, should an edge have the same address.
func onlyQuestions() asm.Instructions {
	program := append(asm.Instructions{
		asm.LoadAbs(ipProtocol, asm.Byte).WithSymbol(labelNameserver),
		asm.JEq.Imm(asm.R0, unix.IPPROTO_UDP, labelQuestion),
		asm.JNE.Imm(asm.R0, unix.IPPROTO_TCP, labelDrop),
	}, transport(labelQuestion, labelDrop)...)

	program = append(program,
		asm.LoadInd(asm.R0, asm.R7, destPort, asm.Half),
		asm.JEq.Imm(asm.R0, domainPort, labelLeave),
		asm.LoadAbs(ipProtocol, asm.Byte),
		asm.JNE.Imm(asm.R0, unix.IPPROTO_TCP, labelDrop),
	)

	return append(append(program, unlessBegins(labelLeave)...), mayRefuse())
}

// mayRefuse says that the packet begins a connection, which can be refused.
func mayRefuse() asm.Instruction { return asm.Mov.Imm(asm.R8, 1) }

// toVMProgram filters what goes to a VM. The machine itself, edges and nameservers may send anything. No other internal address may, and nobody else may
// begin a connection.
func (n *Network) toVMProgram(address netip.Addr, known filterKnowledge) asm.Instructions {
	program := append(start(), onlyBetween(destAddress, address)...)

	if known.edges == nil { // Nobody knows who the edges are.
		return append(append(program, leaving()...), dropping()...)
	}

	program = append(program,
		asm.LoadMem(asm.R0, asm.R6, ingressIfindex, asm.Word),
		asm.JEq.Imm(asm.R0, 0, labelLeave),
	)

	for _, from := range slices.Concat(known.edges, n.Nameservers) {
		program = append(program, addressIs(sourceAddress, from, labelLeave)...)
	}

	program = append(program, n.internal(sourceAddress, "")...)
	program = append(program, unlessTCP(labelLeave)...)
	program = append(program, unlessBegins(labelLeave)...)

	return append(append(program, asm.Ja.Label(labelDrop)), append(leaving(), dropping()...)...)
}
