package network

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

const (
	register = 1
	dnsPort  = 53

	// Where fields stand in the IPv4 header, and the port in the headers of TCP and UDP.
	sourceOffset          = 12
	destinationOffset     = 16
	addressBytes          = 4
	destinationPortOffset = 2
	portBytes             = 2

	// adminProhibited is NFT_REJECT_ICMPX_ADMIN_PROHIBITED.
	adminProhibited = 3
	lastAddress     = 1<<32 - 1
)

func addRule(connection *nftables.Conn, chain *nftables.Chain, parts ...[]expr.Any) {
	rule := &nftables.Rule{Table: chain.Table, Chain: chain}
	for _, part := range parts {
		rule.Exprs = append(rule.Exprs, part...)
	}

	connection.AddRule(rule)
}

// fromVM matches by the beginning of the interface's name: an argument without the closing NUL is a prefix.
func fromVM() []expr.Any { return metaIs(expr.MetaKeyIIFNAME, []byte(interfacePrefix)) }

func toVM() []expr.Any { return metaIs(expr.MetaKeyOIFNAME, []byte(interfacePrefix)) }

func fromInterface(name string) []expr.Any {
	padded := make([]byte, unix.IFNAMSIZ)
	copy(padded, name)

	return metaIs(expr.MetaKeyIIFNAME, padded)
}

func protocolIs(family byte) []expr.Any { return metaIs(expr.MetaKeyNFPROTO, []byte{family}) }

func transportIs(protocol byte) []expr.Any { return metaIs(expr.MetaKeyL4PROTO, []byte{protocol}) }

func metaIs(key expr.MetaKey, value []byte) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: key, Register: register},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: value},
	}
}

// sourceDoesNotRouteBack matches packets whose source address is not routed to the interface they came by.
func sourceDoesNotRouteBack() []expr.Any {
	return []expr.Any{
		&expr.Fib{Register: register, ResultOIF: true, FlagSADDR: true, FlagIIF: true},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: make([]byte, addressBytes)},
	}
}

func established() []expr.Any {
	const bits = expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED

	return []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATE, Register: register},
		&expr.Bitwise{
			SourceRegister: register, DestRegister: register, Len: addressBytes,
			Mask: binary.NativeEndian.AppendUint32(nil, bits), Xor: make([]byte, addressBytes),
		},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: register, Data: make([]byte, addressBytes)},
	}
}

func (n *Network) sourceInRange() []expr.Any { return addressIn(sourceOffset, n.Range, expr.CmpOpEq) }

func (n *Network) destinationInRange() []expr.Any {
	return addressIn(destinationOffset, n.Range, expr.CmpOpEq)
}

func (n *Network) destinationOutsideRange() []expr.Any {
	return addressIn(destinationOffset, n.Range, expr.CmpOpNeq)
}

func destinationIs(address netip.Addr) []expr.Any {
	return addressIn(destinationOffset, netip.PrefixFrom(address, address.BitLen()), expr.CmpOpEq)
}

func destinationIn(set *nftables.Set) []expr.Any {
	return append(ipv4Field(destinationOffset), &expr.Lookup{SourceRegister: register, SetName: set.Name, SetID: set.ID})
}

func addressIn(offset uint32, prefix netip.Prefix, op expr.CmpOp) []expr.Any {
	return append(ipv4Field(offset),
		&expr.Bitwise{
			SourceRegister: register, DestRegister: register, Len: addressBytes,
			Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()), Xor: make([]byte, addressBytes),
		},
		&expr.Cmp{Op: op, Register: register, Data: prefix.Masked().Addr().AsSlice()},
	)
}

func ipv4Field(offset uint32) []expr.Any {
	return append(protocolIs(unix.NFPROTO_IPV4), &expr.Payload{
		DestRegister: register, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: addressBytes,
	})
}

func portIs(port uint16) []expr.Any {
	return []expr.Any{
		&expr.Payload{
			DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: destinationPortOffset, Len: portBytes,
		},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: binary.BigEndian.AppendUint16(nil, port)},
	}
}

func accept() []expr.Any { return []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}} }

func drop() []expr.Any { return []expr.Any{&expr.Verdict{Kind: expr.VerdictDrop}} }

// reject answers, so that an app fails at once instead of waiting for a timeout.
func reject() []expr.Any {
	return []expr.Any{&expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: adminProhibited}}
}

// intervalOf returns the ends of a range as nftables wants them: the first address, and the one behind the last.
func intervalOf(prefix netip.Prefix) []nftables.SetElement {
	first := prefix.Masked().Addr().AsSlice()
	start := nftables.SetElement{Key: first}

	last := binary.BigEndian.Uint32(first) | lastAddress>>prefix.Bits()
	if last == lastAddress {
		return []nftables.SetElement{start}
	}

	return []nftables.SetElement{start, {Key: binary.BigEndian.AppendUint32(nil, last+1), IntervalEnd: true}}
}
