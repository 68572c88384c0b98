package api

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"
)

// presence is what an edge is told of itself and the others.
type presence struct {
	// others are the other edges that are in touch and take visitors.
	others int64
	// draining tells that operators want load balancers to leave the edge.
	draining bool
}

// getRoutesAndEdges is getRoutes, and tells the edge how many others there are: one that is cut off from the platform later can leave its visitors to them. It
// tells it, too, whether load balancers are to leave it.
func (s *service) getRoutesAndEdges(ctx context.Context, input *RoutesInput) (*RoutesOutput, error) {
	answer, err := s.getRoutes(ctx, input)
	if err != nil {
		return nil, err
	}

	present, err := s.edges.present.do(ctx, callerOf(ctx).edgeID)
	answer.OtherEdges, answer.Draining = present.others, present.draining

	return answer, err
}

// countPresent counts the edges that are in touch, once for all who ask. Each has just polled, and is among them.
func (p *edgePolls) countPresent(ctx context.Context, asked []uuid.UUID) ([]presence, error) {
	edges, err := p.service.queries.CountEdges(ctx, seenWithin)

	return lo.Map(asked, func(edge uuid.UUID, _ int) presence {
		if slices.Contains(edges.Draining, edge) {
			return presence{others: edges.Serving, draining: true}
		}

		return presence{others: max(edges.Serving-1, 0)}
	}), err
}
