package api

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// recordAddresses stores from which addresses an edge connects to VMs, and tells the nodes of a change. An edge of a version that does not say leaves them
// as they are.
func (s *service) recordAddresses(ctx context.Context, edge uuid.UUID, told []string) error {
	addresses := lo.Uniq(lo.Filter(told, func(text string, _ int) bool {
		address, err := netip.ParseAddr(text)

		return err == nil && address.Is4() && address.IsGlobalUnicast()
	}))
	slices.Sort(addresses)

	if len(addresses) == 0 {
		return nil
	}

	return s.inTx(ctx, func(queries *database.Queries) error {
		changed, err := queries.RecordEdgeAddresses(ctx, addresses, edge)
		if err != nil || changed == 0 {
			return err
		}

		if err := queries.NotifyNodes(ctx); err != nil {
			return err
		}

		return audit(ctx, queries, AuditEvent{
			Action: "edge.addresses", SubjectType: "edge", SubjectID: edge, Details: map[string]any{"addresses": addresses},
		})
	})
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
