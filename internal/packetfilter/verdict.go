package packetfilter

import (
	"net/netip"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Accept lets the packet pass this chain; those of other tables still see it.
func Accept() Part { return Part{&expr.Verdict{Kind: expr.VerdictAccept}} }

// Drop discards the packet without an answer.
func Drop() Part { return Part{&expr.Verdict{Kind: expr.VerdictDrop}} }

// Reject discards the packet and answers that it is prohibited, so that its sender fails at once instead of after a timeout.
func Reject() Part {
	// NFT_REJECT_ICMPX_ADMIN_PROHIBITED.
	const adminProhibited = 3

	return Part{&expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: adminProhibited}}
}

// Masquerade gives the packet the address of the interface that it goes out by.
func Masquerade() Part { return Part{&expr.Masq{}} }

// TranslateTo gives the packet another IPv4 destination, and answers to it the first one as their source.
func TranslateTo(address netip.Addr) Part {
	return Part{
		&expr.Immediate{Register: register, Data: address.AsSlice()},
		// The kernel adds the end of the range where it is left out, and the rule would not be what was asked for.
		&expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: register, RegAddrMax: register},
	}
}
