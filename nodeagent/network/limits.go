package network

import (
	"fmt"

	"github.com/google/nftables"

	"github.com/zeitwork/zeitwork/internal/packetfilter"
)

// Limits bound what one VM may ask of the machine's table of connections and of the internet. Zero is no limit.
type Limits struct {
	// Connections is how many a VM may have open at once, UDP as well, that it has begun itself.
	Connections uint32
	// ConnectionsPerSecond is how many it may begin.
	ConnectionsPerSecond uint32
}

// Limit puts the limits in place, and back where anything has changed them. They are a table of their own: a kernel that cannot count isolates no less.
func (n *Network) Limit() error {
	if _, err := n.limitTable().Assert(); err != nil {
		return fmt.Errorf("limit the connections of VMs: %w", err)
	}

	return nil
}

func (n *Network) limitTable() packetfilter.Table {
	open, begun := packetfilter.Meter("open"), packetfilter.Meter("begun")

	var rules []packetfilter.Part

	if n.Limits.ConnectionsPerSecond > 0 {
		rules = append(rules, packetfilter.Rule(n.fromOwnVM(), packetfilter.New(),
			packetfilter.SourceExceedsRate(&begun.Set, n.Limits.ConnectionsPerSecond), packetfilter.Reject()))
	}

	if n.Limits.Connections > 0 {
		rules = append(rules, packetfilter.Rule(n.fromOwnVM(), packetfilter.New(),
			packetfilter.SourceHasMoreConnections(&open.Set, n.Limits.Connections), packetfilter.Reject()))
	}

	return packetfilter.Table{
		Name: n.tableName() + "-limits",
		Sets: []packetfilter.Set{open, begun},
		Chains: []packetfilter.Chain{{
			Name: "forward", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookForward, Priority: nftables.ChainPrioritySecurity, Rules: rules,
		}},
	}
}
