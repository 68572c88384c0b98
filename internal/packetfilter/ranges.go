package packetfilter

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/samber/lo"
)

// AddRanges adds a set of IPv4 ranges to the table. No two of them may overlap. It takes effect with the connection's Flush.
func AddRanges(connection *nftables.Conn, table *nftables.Table, name string, ranges []netip.Prefix) (*nftables.Set, error) {
	set := &nftables.Set{Table: table, Name: name, KeyType: nftables.TypeIPAddr, Interval: true}
	elements := lo.FlatMap(ranges, func(prefix netip.Prefix, _ int) []nftables.SetElement { return interval(prefix) })

	if err := connection.AddSet(set, elements); err != nil {
		return nil, fmt.Errorf("add the set of ranges %s: %w", name, err)
	}

	return set, nil
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
