package api

import (
	"context"

	"github.com/samber/lo"
)

// getRoutesAndEdges is getRoutes, and tells the edge how many others there are: one that is cut off from the platform later can leave its visitors to them.
func (s *service) getRoutesAndEdges(ctx context.Context, input *RoutesInput) (*RoutesOutput, error) {
	answer, err := s.getRoutes(ctx, input)
	if err != nil {
		return nil, err
	}

	// The edge has just polled, and is among them.
	present, err := s.edges.present.do(ctx, struct{}{})
	answer.OtherEdges = max(present-1, 0)

	return answer, err
}

// countPresent counts the edges that are in touch, once for all who ask.
func (p *edgePolls) countPresent(ctx context.Context, asked []struct{}) ([]int64, error) {
	count, err := p.service.queries.CountEdges(ctx, seenWithin)

	return lo.Times(len(asked), func(int) int64 { return count }), err
}
