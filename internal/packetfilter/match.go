package packetfilter

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

const (
	// register is where an expression leaves a value for the next to compare.
	register = 1

	// Where fields stand in the IPv4 header, and the port in the headers of TCP and UDP.
	sourceOffset          = 12
	destinationOffset     = 16
	addressBytes          = 4
	destinationPortOffset = 2
	portBytes             = 2
)

// FromInterface matches packets that came in by the interface.
func FromInterface(name string) Part { return metaIs(expr.MetaKeyIIFNAME, interfaceName(name)) }

// FromInterfaces matches packets that came in by an interface whose name begins with the prefix.
func FromInterfaces(prefix string) Part { return metaIs(expr.MetaKeyIIFNAME, []byte(prefix)) }

// ToInterfaces matches packets that go out by an interface whose name begins with the prefix.
func ToInterfaces(prefix string) Part { return metaIs(expr.MetaKeyOIFNAME, []byte(prefix)) }

// NotToInterface matches packets that go out by any other interface.
func NotToInterface(name string) Part {
	return meta(expr.MetaKeyOIFNAME, expr.CmpOpNeq, interfaceName(name))
}

// interfaceName pads a name as the kernel does: without the closing NUL the kernel takes it for a prefix.
func interfaceName(name string) []byte {
	padded := make([]byte, unix.IFNAMSIZ)
	copy(padded, name)

	return padded
}

// NotIPv4 matches packets of every other protocol than IPv4.
func NotIPv4() Part {
	return meta(expr.MetaKeyNFPROTO, expr.CmpOpNeq, []byte{unix.NFPROTO_IPV4})
}

// IPv6 matches packets of IPv6.
func IPv6() Part { return metaIs(expr.MetaKeyNFPROTO, []byte{unix.NFPROTO_IPV6}) }

// SourceIn matches packets from an address in the range.
func SourceIn(prefix netip.Prefix) Part { return addressIn(sourceOffset, prefix, expr.CmpOpEq) }

// SourceOutside matches IPv4 packets from an address outside of the range.
func SourceOutside(prefix netip.Prefix) Part { return addressIn(sourceOffset, prefix, expr.CmpOpNeq) }

// DestinationIn matches packets to an address in the range.
func DestinationIn(prefix netip.Prefix) Part {
	return addressIn(destinationOffset, prefix, expr.CmpOpEq)
}

// DestinationOutside matches IPv4 packets to an address outside of the range.
func DestinationOutside(prefix netip.Prefix) Part {
	return addressIn(destinationOffset, prefix, expr.CmpOpNeq)
}

// DestinationIs matches packets to the address.
func DestinationIs(address netip.Addr) Part {
	return DestinationIn(netip.PrefixFrom(address, address.BitLen()))
}

// DestinationInSet matches packets to an address in a set of addresses or ranges.
func DestinationInSet(set *nftables.Set) Part {
	return append(ipv4Field(destinationOffset), &expr.Lookup{SourceRegister: register, SetName: set.Name})
}

// SourceInSet matches packets from an address in a set of addresses or ranges.
func SourceInSet(set *nftables.Set) Part {
	return append(ipv4Field(sourceOffset), &expr.Lookup{SourceRegister: register, SetName: set.Name})
}

// TCPDestinationInSet matches packets over TCP to an address and port in a set that AddressPorts made.
func TCPDestinationInSet(set *nftables.Set) Part {
	// The set's key is in two neighbouring registers of four bytes: the first half of register and the one behind it.
	const behind = unix.NFT_REG32_01

	return append(append(metaIs(expr.MetaKeyL4PROTO, []byte{unix.IPPROTO_TCP}), ipv4Field(destinationOffset)...),
		&expr.Payload{DestRegister: behind, Base: expr.PayloadBaseTransportHeader, Offset: destinationPortOffset, Len: portBytes},
		&expr.Lookup{SourceRegister: register, SetName: set.Name},
	)
}

// DestinationPort matches packets to the port by the transport protocol, which is unix.IPPROTO_TCP or unix.IPPROTO_UDP.
func DestinationPort(protocol byte, port uint16) Part {
	return append(metaIs(expr.MetaKeyL4PROTO, []byte{protocol}),
		&expr.Payload{
			DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: destinationPortOffset, Len: portBytes,
		},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: binary.BigEndian.AppendUint16(nil, port)},
	)
}

// SourceNotRoutedBack matches packets whose source address is not routed to the interface that they came in by.
func SourceNotRoutedBack() Part {
	return Part{
		&expr.Fib{Register: register, ResultOIF: true, FlagSADDR: true, FlagIIF: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: make([]byte, addressBytes)},
	}
}

// Established matches packets of connections that were accepted before, and those that tell of errors in them.
func Established() Part { return inState(expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED) }

// New matches the first packets of connections.
func New() Part { return inState(expr.CtStateBitNEW) }

func inState(bits uint32) Part {
	return Part{
		&expr.Ct{Key: expr.CtKeySTATE, Register: register},
		&expr.Bitwise{
			SourceRegister: register, DestRegister: register, Len: addressBytes,
			Mask: binary.NativeEndian.AppendUint32(nil, bits), Xor: make([]byte, addressBytes),
		},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: register, Data: make([]byte, addressBytes)},
	}
}

func metaIs(key expr.MetaKey, value []byte) Part { return meta(key, expr.CmpOpEq, value) }

func meta(key expr.MetaKey, operation expr.CmpOp, value []byte) Part {
	return Part{&expr.Meta{Key: key, Register: register}, &expr.Cmp{Op: operation, Register: register, Data: value}}
}

func addressIn(offset uint32, prefix netip.Prefix, operation expr.CmpOp) Part {
	return append(ipv4Field(offset),
		&expr.Bitwise{
			SourceRegister: register, DestRegister: register, Len: addressBytes,
			Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()), Xor: make([]byte, addressBytes),
		},
		&expr.Cmp{Op: operation, Register: register, Data: prefix.Masked().Addr().AsSlice()},
	)
}

// ipv4Field loads an address of the header, after the check that the header is one of IPv4.
func ipv4Field(offset uint32) Part {
	return append(metaIs(expr.MetaKeyNFPROTO, []byte{unix.NFPROTO_IPV4}), &expr.Payload{
		DestRegister: register, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: addressBytes,
	})
}
