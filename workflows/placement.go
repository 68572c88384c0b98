package workflows

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// candidate is a node that may get VMs, with its free processors, memory and addresses.
type candidate struct {
	node        database.Node
	cpuMillis   int64
	memoryBytes int64
	addresses   int64
	// instances counts the VMs of the deployment that are there already.
	instances int64
	// hasImage says that the node has kept the image.
	hasImage bool
	rack     string
}

// need is what one VM is to have, beside an address.
type need struct {
	cpuMillis, memoryBytes int64
	// region is where the VM is to be, or anywhere.
	region string
}

// within tells whether that much is enough.
func (n need) within(cpuMillis, memoryBytes int64) bool {
	return cpuMillis >= n.cpuMillis && memoryBytes >= n.memoryBytes
}

// cost returns what the VM takes of the node: the runtime takes memory for each VM, too.
func (c *candidate) cost(n need) need {
	return need{cpuMillis: n.cpuMillis, memoryBytes: n.memoryBytes + c.node.VMOverhead()}
}

// hasRoom tells whether the node has processors and memory for another VM.
func (c *candidate) hasRoom(n need) bool { return c.cost(n).within(c.cpuMillis, c.memoryBytes) }

// fits tells whether the node can take another VM.
func (c *candidate) fits(n need) bool { return c.hasRoom(n) && c.addresses > 0 }

// take counts another VM of the deployment on the node.
func (c *candidate) take(n need) {
	cost := c.cost(n)
	c.cpuMillis -= cost.cpuMillis
	c.memoryBytes -= cost.memoryBytes
	c.addresses--
	c.instances++
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
			node: node, cpuMillis: node.CPUShares() - row.CPUMillis, memoryBytes: node.MemoryForVMs() - row.MemoryBytes - row.Holding*node.VMOverhead(),
			addresses: usableAddresses(node.Prefix) - row.Addresses, instances: row.Instances, rack: node.Rack(),
		})
	}

	return found
}

// noRoomError means that no node can take a VM now, of its region where the VM is to be in one.
type noRoomError struct {
	need need
	// addresses is true where a node has room and no free address.
	addresses bool
	// cpuMillis and memoryBytes are the most that one node has free for a VM, of each by itself.
	cpuMillis, memoryBytes int64
}

// message is for the members of the organisation: what is short and what they can do, and nothing of how much the platform has free.
func (e *noRoomError) message() string {
	if e.addresses {
		return e.Error()
	}

	short := "memory and processors are short"

	switch {
	case e.need.within(e.cpuMillis, e.memoryBytes):
		short = "some have the memory and others the processors"
	case e.cpuMillis >= e.need.cpuMillis:
		short = "memory is short"
	case e.memoryBytes >= e.need.memoryBytes:
		short = "processors are short"
	}

	return fmt.Sprintf("%s has room for another VM with %s: %s. Make the app's VMs smaller, or ask an operator of the platform for more room.",
		e.need.noNode(), e.need, short)
}

// Error is for operators: it says how much is free.
func (e *noRoomError) Error() string {
	if e.addresses {
		return fmt.Sprintf("The nodes%s that have room have no free address.", e.need.inRegion())
	}

	processors := fmt.Sprintf("the node with the most has %s free of what it gives away", processors(e.cpuMillis))
	memory := fmt.Sprintf("the node with the most has %d MiB free", e.memoryBytes>>mebibyteBits)

	switch {
	case e.need.within(e.cpuMillis, e.memoryBytes):
		return fmt.Sprintf("%s has room for another VM with %s: some have the memory and others the processors.", e.need.noNode(), e.need)
	case e.cpuMillis >= e.need.cpuMillis:
		return fmt.Sprintf("%s has room for another VM with %s. Memory is short: %s.", e.need.noNode(), e.need, memory)
	case e.memoryBytes >= e.need.memoryBytes:
		return fmt.Sprintf("%s has room for another VM with %s. Processors are short: %s.", e.need.noNode(), e.need, processors)
	default:
		return fmt.Sprintf("%s has room for another VM with %s. Memory is short: %s; and processors are: %s.", e.need.noNode(), e.need, memory, processors)
	}
}

const mebibyteBits = 20

// processors writes thousandths of a processor for users.
func processors(millis int64) string {
	return fmt.Sprintf("%.2f processors", float64(max(millis, 0))/1000) //nolint:mnd // Thousandths.
}

func (n need) String() string {
	return fmt.Sprintf("%d MiB of memory and %s", n.memoryBytes>>mebibyteBits, processors(n.cpuMillis))
}

// noNode begins a sentence about what no node is or has.
func (n need) noNode() string { return "No node" + n.inRegion() }

// inRegion goes behind "node" in a sentence.
func (n need) inRegion() string {
	if n.region == anywhere {
		return ""
	}

	return " of region " + n.region
}

// place chooses the node of each of count VMs and takes what they need from it: nodes with the fewest instances of the
// deployment first, of those the ones in racks with the fewest, of those the ones that have the image, and of those the
// one with the most free memory. It returns a *noRoomError where none has room for all.
func place(among []*candidate, count int, n need) ([]database.Node, error) {
	if len(among) == 0 {
		return nil, problem.New(problem.Unavailable, "%s is ready.", n.noNode())
	}

	placed, inRack := make([]database.Node, 0, count), map[string]int64{}
	for _, c := range among {
		inRack[c.rack] += c.instances
	}

	for range count {
		fitting := lo.Filter(among, func(c *candidate, _ int) bool { return c.fits(n) })
		if len(fitting) == 0 {
			return nil, explain(among, n)
		}

		chosen := slices.MinFunc(fitting, func(a, b *candidate) int {
			return cmp.Or(cmp.Compare(a.instances, b.instances), cmp.Compare(inRack[a.rack], inRack[b.rack]),
				preferTrue(a.hasImage, b.hasImage), cmp.Compare(b.memoryBytes, a.memoryBytes))
		})

		chosen.take(n)
		inRack[chosen.rack]++

		placed = append(placed, chosen.node)
	}

	return placed, nil
}

func preferTrue(a, b bool) int {
	if a == b {
		return 0
	}

	return lo.Ternary(a, -1, 1)
}

// explain returns why none of the nodes takes a VM.
func explain(among []*candidate, n need) error {
	large := lo.SomeBy(among, func(c *candidate) bool { return c.cost(n).within(c.node.CPUShares(), c.node.MemoryForVMs()) })
	if !large {
		return problem.New(problem.Unavailable,
			"%s is large enough for a VM with %s. Make the app's VMs smaller, or ask an operator of the platform for a larger node.", n.noNode(), n)
	}

	cause := &noRoomError{need: n, addresses: lo.SomeBy(among, func(c *candidate) bool { return c.hasRoom(n) })}

	for _, c := range among {
		cause.cpuMillis, cause.memoryBytes = max(cause.cpuMillis, c.cpuMillis), max(cause.memoryBytes, c.memoryBytes-c.node.VMOverhead())
	}

	return problem.Wrap(cause, problem.Unavailable, "%s", cause.message())
}

// usableAddresses is how many VMs can have an address of the prefix at once.
func usableAddresses(prefix netip.Prefix) int64 {
	// The network's address, the gateway's and the broadcast address.
	const reserved = 3

	return 1<<(prefix.Addr().BitLen()-prefix.Bits()) - reserved
}

// lowestFree returns the lowest address of the prefix that is not held. No VM gets the network's address, the gateway's, which is the next, or
// the broadcast address.
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
