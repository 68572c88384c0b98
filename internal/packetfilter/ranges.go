package packetfilter

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/nftables"
	"github.com/samber/lo"
)

// Ranges is a set of IPv4 ranges. No two of them may overlap or be neighbours that begin where the other ends.
func Ranges(name string, ranges []netip.Prefix) Set {
	return Set{
		Set:      nftables.Set{Name: name, KeyType: nftables.TypeIPAddr, Interval: true},
		Elements: lo.FlatMap(ranges, func(prefix netip.Prefix, _ int) []nftables.SetElement { return interval(prefix) }),
	}
}

// AddRanges adds a set of IPv4 ranges to the table. It takes effect with the connection's Flush.
func AddRanges(connection *nftables.Conn, table *nftables.Table, name string, ranges []netip.Prefix) (*nftables.Set, error) {
	set := Ranges(name, ranges)

	return &set.Set, set.add(connection, table)
}

// interval returns the ends of a range as nftables wants them: the first address, and the one behind the last.
func interval(prefix netip.Prefix) []nftables.SetElement {
	const lastAddress = 1<<32 - 1

	first := prefix.Masked().Addr().AsSlice()
	start := nftables.SetElement{Key: first}

	last := binary.BigEndian.Uint32(first) | lastAddress>>prefix.Bits()
	if last == lastAddress {
		return []nftables.SetElement{start}
	}

	return []nftables.SetElement{start, {Key: binary.BigEndian.AppendUint32(nil, last+1), IntervalEnd: true}}
}
