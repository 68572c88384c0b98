package api

import (
	"context"
)

// getRoutesAndEdges is getRoutes, and tells the edge how many others there are: one that is cut off from the platform later can leave its visitors to them.
func (s *service) getRoutesAndEdges(ctx context.Context, input *RoutesInput) (*RoutesOutput, error) {
	answer, err := s.getRoutes(ctx, input)
	if err != nil {
		return nil, err
	}

	answer.OtherEdges, err = s.queries.CountOtherEdges(ctx, callerOf(ctx).edgeID, seenWithin)

	return answer, err
}
