package network

import (
	"fmt"
	"slices"

	"github.com/google/nftables"

	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

// Limits bound what one VM may ask of the machine's table of connections and of its links. Zero is no limit.
type Limits struct {
	// Connections is how many a VM may have open at once, UDP as well, that it has begun itself.
	Connections uint32
	// ConnectionsPerSecond is how many it may begin.
	ConnectionsPerSecond uint32
	// BitsPerSecond is how much a VM may send, and how much may be sent to it, whoever is at the other end; after a second's at once.
	BitsPerSecond uint64
}

// Limit puts the limits in place, and back where anything has changed them. They are a table of their own: a kernel that cannot count isolates no less.
func (n *Network) Limit() error {
	if _, err := n.limitTable().Assert(); err != nil {
		return fmt.Errorf("limit the connections and the bandwidth of VMs: %w", err)
	}

	return nil
}

func (n *Network) limitTable() packetfilter.Table {
	const bits = 8

	open, begun := packetfilter.Meter("open"), packetfilter.Meter("begun")
	sent, received := packetfilter.Meter("sent"), packetfilter.Meter("received")

	var fromVM, toVM, connections []packetfilter.Part

	// What is above the limit is dropped, which makes TCP slow down. A queue would drop less, but each VM's interface would have one of its own to be kept.
	if perSecond := n.Limits.BitsPerSecond / bits; perSecond > 0 {
		fromVM = []packetfilter.Part{packetfilter.Rule(n.fromOwnVM(), packetfilter.SourceExceedsBytes(&sent.Set, perSecond), packetfilter.Drop())}
		toVM = []packetfilter.Part{packetfilter.Rule(n.toOwnVM(), packetfilter.DestinationExceedsBytes(&received.Set, perSecond), packetfilter.Drop())}
	}

	if n.Limits.ConnectionsPerSecond > 0 {
		connections = append(connections, packetfilter.Rule(n.fromOwnVM(), packetfilter.New(),
			packetfilter.SourceExceedsRate(&begun.Set, n.Limits.ConnectionsPerSecond), packetfilter.Reject()))
	}

	if n.Limits.Connections > 0 {
		connections = append(connections, packetfilter.Rule(n.fromOwnVM(), packetfilter.New(),
			packetfilter.SourceHasMoreConnections(&open.Set, n.Limits.Connections), packetfilter.Reject()))
	}

	return packetfilter.Table{
		Name: n.tableName() + "-limits",
		Sets: []packetfilter.Set{open, begun, sent, received},
		Chains: []packetfilter.Chain{
			limitChain("forward", nftables.ChainHookForward, fromVM, toVM, connections),
			// What a VM and the machine itself send to each other: an edge on the machine, health checks, a nameserver.
			limitChain("input", nftables.ChainHookInput, fromVM),
			limitChain("output", nftables.ChainHookOutput, toVM),
		},
	}
}

// limitChain comes behind the policy, so that what that refuses does not count.
func limitChain(name string, hook *nftables.ChainHook, rules ...[]packetfilter.Part) packetfilter.Chain {
	return packetfilter.Chain{
		Name: name, Type: nftables.ChainTypeFilter, Hook: hook, Priority: nftables.ChainPrioritySecurity, Rules: slices.Concat(rules...),
	}
}
