package packetfilter

import (
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// over is the flag by which the kernel matches what is above a limit, not below.
const over = 1

// Meter is a set in which the rules of a table count by address. It holds as many addresses as a node can have VMs.
func Meter(name string) Set {
	const most = 1 << 16

	return Set{Set: nftables.Set{Name: name, KeyType: nftables.TypeIPAddr, Dynamic: true, Size: most}}
}

// SourceHasMoreConnections matches packets from addresses that have more than so many connections at once among those of which the rule sees a packet.
func SourceHasMoreConnections(meter *nftables.Set, most uint32) Part {
	return countSource(meter, unix.NFT_DYNSET_OP_ADD, &expr.Connlimit{Count: most, Flags: over})
}

// SourceExceedsRate matches packets from addresses from which more than so many come in a second, after twice as many at once.
func SourceExceedsRate(meter *nftables.Set, perSecond uint32) Part {
	return countSource(meter, unix.NFT_DYNSET_OP_UPDATE, &expr.Limit{
		Type: expr.LimitTypePkts, Rate: uint64(perSecond), Unit: expr.LimitTimeSecond, Burst: perSecond + perSecond, Over: true,
	})
}

// SourceExceedsBytes matches packets from addresses from which more than so many bytes come in a second, after a second's at once.
func SourceExceedsBytes(meter *nftables.Set, perSecond uint64) Part {
	return countSource(meter, unix.NFT_DYNSET_OP_UPDATE, bytesOver(perSecond))
}

// DestinationExceedsBytes matches packets to addresses to which more than so many bytes go in a second, after a second's at once.
func DestinationExceedsBytes(meter *nftables.Set, perSecond uint64) Part {
	return count(destinationOffset, meter, unix.NFT_DYNSET_OP_UPDATE, bytesOver(perSecond))
}

// bytesOver is a limit whose burst the kernel adds to a second's bytes. It has room for one packet that is not cut to the size of the network yet.
func bytesOver(perSecond uint64) expr.Any {
	const burst = 1 << 16

	return &expr.Limit{Type: expr.LimitTypePktBytes, Rate: perSecond, Unit: expr.LimitTimeSecond, Burst: burst, Over: true}
}

func countSource(meter *nftables.Set, operation uint32, counter expr.Any) Part {
	return count(sourceOffset, meter, operation, counter)
}

func count(field uint32, meter *nftables.Set, operation uint32, counter expr.Any) Part {
	return append(ipv4Field(field), &expr.Dynset{SrcRegKey: register, SetName: meter.Name, Operation: operation, Exprs: []expr.Any{counter}})
}
