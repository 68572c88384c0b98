package daemon

import (
	"net"
	"net/netip"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// The functions below are the parts that rules of the packet filter are joined from.

// register is where an expression leaves a value for the next to compare.
const register = 1

func fromInterface(name string) []expr.Any {
	return []expr.Any{&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: register}, equals(interfaceName(name))}
}

func notToInterface(name string) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: register},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: register, Data: interfaceName(name)},
	}
}

// interfaceName pads a name as the kernel does.
func interfaceName(name string) []byte {
	padded := make([]byte, unix.IFNAMSIZ)
	copy(padded, name)

	return padded
}

// The offsets of the addresses in an IPv4 header.
const (
	source      = 12
	destination = 16
)

func isIPv4(op expr.CmpOp) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: register},
		&expr.Cmp{Op: op, Register: register, Data: []byte{unix.NFPROTO_IPV4}},
	}
}

func notIPv4() []expr.Any { return isIPv4(expr.CmpOpNeq) }

// toRange, fromRange and notFrom compare an IPv4 header's addresses, at their offsets in it.
func toRange(prefix netip.Prefix) []expr.Any {
	return join(isIPv4(expr.CmpOpEq), address(destination, prefix, expr.CmpOpEq))
}

func fromRange(prefix netip.Prefix) []expr.Any {
	return join(isIPv4(expr.CmpOpEq), address(source, prefix, expr.CmpOpEq))
}

func notFrom(prefix netip.Prefix) []expr.Any {
	return join(isIPv4(expr.CmpOpEq), address(source, prefix, expr.CmpOpNeq))
}

func address(offset uint32, prefix netip.Prefix, op expr.CmpOp) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: net.IPv4len},
		&expr.Bitwise{
			SourceRegister: register, DestRegister: register, Len: net.IPv4len,
			Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()), Xor: make([]byte, net.IPv4len),
		},
		&expr.Cmp{Op: op, Register: register, Data: prefix.Masked().Addr().AsSlice()},
	}
}

func toPort(protocol byte, port uint16) []expr.Any {
	const offset, length = 2, 2

	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: register},
		equals([]byte{protocol}),
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: offset, Len: length},
		equals(binaryutil.BigEndian.PutUint16(port)),
	}
}

func equals(data []byte) expr.Any { return &expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: data} }

func verdict(kind expr.VerdictKind) []expr.Any { return []expr.Any{&expr.Verdict{Kind: kind}} }

func join(parts ...[]expr.Any) []expr.Any {
	var all []expr.Any
	for _, part := range parts {
		all = append(all, part...)
	}

	return all
}
