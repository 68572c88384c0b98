package packetfilter

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"
)

// Set is a set of a Table.
type Set struct {
	nftables.Set

	// Elements are what is in the set. The rules fill a set that is Dynamic, and nobody else.
	Elements []nftables.SetElement
}

// mostElements is how many elements one message to the kernel may have, whose length is bounded.
const mostElements = 1000

// Addresses is a set of IPv4 addresses.
func Addresses(name string, addresses []netip.Addr) Set {
	return Set{
		Set: nftables.Set{Name: name, KeyType: nftables.TypeIPAddr},
		Elements: lo.Map(addresses, func(address netip.Addr, _ int) nftables.SetElement {
			return nftables.SetElement{Key: address.AsSlice()}
		}),
	}
}

// AddressPorts is a set of IPv4 addresses, each with a port.
func AddressPorts(name string, pairs []netip.AddrPort) Set {
	return Set{
		Set: nftables.Set{Name: name, KeyType: nftables.MustConcatSetType(nftables.TypeIPAddr, nftables.TypeInetService)},
		Elements: lo.Map(pairs, func(pair netip.AddrPort, _ int) nftables.SetElement {
			const padding = 2

			return nftables.SetElement{Key: append(binary.BigEndian.AppendUint16(pair.Addr().AsSlice(), pair.Port()), make([]byte, padding)...)}
		}),
	}
}

// add adds the set to the table. It takes effect with the connection's Flush.
func (s Set) add(connection *nftables.Conn, table *nftables.Table) error {
	s.Table = table

	if err := connection.AddSet(&s.Set, nil); err != nil {
		return fmt.Errorf("add the set %s: %w", s.Name, err)
	}

	return s.change(connection.SetAddElements, s.Elements)
}

func (s Set) change(change func(*nftables.Set, []nftables.SetElement) error, elements []nftables.SetElement) error {
	for chunk := range slices.Chunk(elements, mostElements) {
		if err := change(&s.Set, chunk); err != nil {
			return fmt.Errorf("change the elements of set %s: %w", s.Name, err)
		}
	}

	return nil
}

// difference returns which elements the kernel's set lacks, and which it should not have.
func (s Set) difference(connection *nftables.Conn, table *nftables.Table) (missing, surplus []nftables.SetElement, err error) {
	if s.Dynamic {
		return nil, nil, nil
	}

	s.Table = table

	present, err := connection.GetSetElements(&s.Set)
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return nil, nil, fmt.Errorf("list its elements: %w", err)
	}

	wanted, found := lo.KeyBy(s.Elements, elementKey), lo.KeyBy(present, elementKey)

	return lo.Values(lo.OmitByKeys(wanted, lo.Keys(found))), lo.Values(lo.OmitByKeys(found, lo.Keys(wanted))), nil
}

// correct changes the elements of the kernel's set. It takes effect with the connection's Flush.
func (s Set) correct(connection *nftables.Conn, table *nftables.Table, missing, surplus []nftables.SetElement) error {
	s.Table = table

	return errors.Join(s.change(connection.SetDeleteElements, surplus), s.change(connection.SetAddElements, missing))
}

func elementKey(element nftables.SetElement) string {
	if element.IntervalEnd {
		return "end " + hex.EncodeToString(element.Key)
	}

	return hex.EncodeToString(element.Key)
}

func (s Set) is(set *nftables.Set) bool {
	return set.Name == s.Name && set.KeyType.GetNFTMagic() == s.KeyType.GetNFTMagic() && set.Interval == s.Interval && set.Dynamic == s.Dynamic && !set.IsMap
}
