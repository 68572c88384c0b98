package workflows

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// cpuOvercommit is how many times the processors of a node are given away: apps mostly wait. Memory is given away once.
const cpuOvercommit = 4

// candidate is a node that may get VMs, with what is left of it.
type candidate struct {
	node        database.Node
	cpuMillis   int64
	memoryBytes int64
	// instances counts the VMs of the deployment that are there already.
	instances int64
}

func candidates(nodes []database.Node, usage []database.ListNodeUsageRow) []*candidate {
	used := map[uuid.UUID]database.ListNodeUsageRow{}
	for _, row := range usage {
		used[row.NodeID] = row
	}

	found := make([]*candidate, 0, len(nodes))
	for _, node := range nodes {
		row := used[node.ID]
		found = append(found, &candidate{
			node: node, cpuMillis: cpuOvercommit*int64(node.CPUMillis) - row.CPUMillis, memoryBytes: node.MemoryBytes - row.MemoryBytes,
			instances: row.Instances,
		})
	}

	return found
}

// place chooses the node of each of count VMs and takes what they need from it: nodes with the fewest instances of the
// deployment first, of those the one with the most free memory.
func place(among []*candidate, count int, cpuMillis, memoryBytes int64) ([]database.Node, error) {
	if len(among) == 0 {
		return nil, problem.New(problem.Unavailable, "No node is ready.")
	}

	placed := make([]database.Node, 0, count)

	for range count {
		fitting := slices.DeleteFunc(slices.Clone(among), func(c *candidate) bool {
			return c.cpuMillis < cpuMillis || c.memoryBytes < memoryBytes
		})
		if len(fitting) == 0 {
			return nil, problem.New(problem.Unavailable, "No node has room for another VM with %d MiB of memory and %.2f processors.",
				memoryBytes>>20, float64(cpuMillis)/1000) //nolint:mnd // Thousandths.
		}

		chosen := slices.MinFunc(fitting, func(a, b *candidate) int {
			return cmp.Or(cmp.Compare(a.instances, b.instances), cmp.Compare(b.memoryBytes, a.memoryBytes))
		})

		chosen.cpuMillis -= cpuMillis
		chosen.memoryBytes -= memoryBytes
		chosen.instances++

		placed = append(placed, chosen.node)
	}

	return placed, nil
}

// lowestFree returns the lowest address of the prefix that nobody holds. The network's address, the first one behind it
// (the gateway's) and the broadcast address are nobody's.
func lowestFree(prefix netip.Prefix, held []netip.Addr) (netip.Addr, error) {
	const reserved = 2

	taken := make(map[netip.Addr]bool, len(held))
	for _, address := range held {
		taken[address] = true
	}

	broadcast := lastAddress(prefix)
	address := prefix.Masked().Addr()

	for range reserved {
		address = address.Next()
	}

	for ; prefix.Contains(address) && address != broadcast; address = address.Next() {
		if !taken[address] {
			return address, nil
		}
	}

	return netip.Addr{}, problem.New(problem.Unavailable, "No address of %s is free.", prefix)
}

// lastAddress returns the broadcast address of an IPv4 prefix; it is the zero address for IPv6, which has none.
func lastAddress(prefix netip.Prefix) netip.Addr {
	if !prefix.Addr().Is4() {
		return netip.Addr{}
	}

	first := prefix.Masked().Addr().As4()
	last := binary.BigEndian.Uint32(first[:]) | (1<<(32-prefix.Bits()) - 1) //nolint:mnd // Bits of an IPv4 address.

	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, last)))
}
