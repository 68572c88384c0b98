package packetfilter

import (
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
