package api

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/samber/lo"
)

// edgeAddresses returns the addresses from which an edge says that it connects to VMs, without those that no edge can have.
func edgeAddresses(told []string) []string {
	addresses := lo.Uniq(lo.Filter(told, func(text string, _ int) bool {
		address, err := netip.ParseAddr(text)

		return err == nil && address.Is4() && address.IsGlobalUnicast()
	}))
	slices.Sort(addresses)

	return addresses
}

// ingress returns the addresses of all edges, or nil while there is one that has not told its own: nodes must not shut it out.
func (s *service) ingress(ctx context.Context) (*Ingress, error) {
	edges, err := s.queries.ListEdgeAddresses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the addresses of edges: %w", err)
	}

	if slices.ContainsFunc(edges, func(addresses []string) bool { return addresses == nil }) {
		return nil, nil //nolint:nilnil // That none are known is an answer.
	}

	all := append([]string{}, lo.Uniq(slices.Concat(edges...))...)
	slices.Sort(all)

	return &Ingress{Addresses: all}, nil
}
