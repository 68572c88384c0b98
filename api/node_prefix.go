package api

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// usualPrefixLength is that of the prefix of a node whose operator does not say: 253 VMs have an address of a /24.
const usualPrefixLength = 24

// insertNode makes a node with the lowest free prefix of that length in the cluster's range.
func insertNode(ctx context.Context, queries *database.Queries, cluster netip.Prefix, length int, name, region string) (database.Node, error) {
	if err := queries.LockNodePrefixes(ctx); err != nil {
		return database.Node{}, err
	}

	used, err := queries.ListNodePrefixes(ctx)
	if err != nil {
		return database.Node{}, err
	}

	prefix, err := freePrefix(cluster, length, used)
	if err != nil {
		return database.Node{}, err
	}

	return queries.CreateNode(ctx, database.CreateNodeParams{ID: id.New(), Name: name, Region: region, Prefix: prefix})
}

// freePrefix returns the lowest prefix of that length in the cluster's range that overlaps none in use, nor what is kept free at the beginning of the range.
func freePrefix(cluster netip.Prefix, length int, used []netip.Prefix) (netip.Prefix, error) {
	if !cluster.Addr().Is4() {
		return netip.Prefix{}, errors.New("ZEITWORK_CLUSTER_RANGE must be a range of IPv4 addresses")
	}

	if length < cluster.Bits() {
		return netip.Prefix{}, problem.New(problem.Invalid, "A /%d is more than the whole cluster range %s. Give the node a longer prefix, or enlarge the range.",
			length, cluster)
	}

	if length > cluster.Bits() {
		used = slices.Concat(used, []netip.Prefix{keptFree(cluster, length)})
	}

	start, _ := bounds(cluster)

	for cluster.Contains(start) {
		prefix := netip.PrefixFrom(start, length)

		taken := slices.IndexFunc(used, prefix.Overlaps)
		if taken < 0 {
			return prefix, nil
		}

		_, last := bounds(prefix)
		if _, behind := bounds(used[taken]); last.Less(behind) {
			last = behind
		}

		start = last.Next()
	}

	return netip.Prefix{}, problem.New(problem.Conflict, "No /%d of the cluster range %s is free: its addresses belong to nodes, or to nodes that were deleted a "+
		"moment ago and may still get requests from an edge. Try again in a minute, give the node a longer prefix, delete edges that are gone for good, "+
		"delete a node, or enlarge the range.", length, cluster)
}

// keptFree is the beginning of a cluster's range, of which no node with a prefix of that length gets anything: its addresses look like those of networks, and
// the local platform has the links to its nodes in the first /24.
func keptFree(cluster netip.Prefix, length int) netip.Prefix {
	if cluster.Bits() < usualPrefixLength {
		length = min(length, usualPrefixLength)
	}

	return netip.PrefixFrom(cluster.Addr(), length).Masked()
}

// bounds returns the first and the last address of an IPv4 prefix.
func bounds(prefix netip.Prefix) (first, last netip.Addr) {
	const addressBits = 32

	octets := prefix.Masked().Addr().As4()
	end := binary.BigEndian.Uint32(octets[:]) | (1<<(addressBits-prefix.Bits()) - 1)

	return netip.AddrFrom4(octets), netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, end)))
}
