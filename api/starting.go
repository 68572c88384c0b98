package api

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// startingPause bounds how often the projects that start are looked at.
const startingPause = 200 * time.Millisecond

// watchStarting tells the edges when the first deployment of a project begins, or ends without being live: until it is
// live there is nothing else that changes the route table, and the edge's page says which of the two it is. Every copy
// of api does so; a version too many does no harm.
func (s *service) watchStarting(ctx context.Context) error {
	news, cancel := s.listener.Subscribe(database.ChannelDeployments, "")
	defer cancel()

	again := time.NewTicker(lookAgain)
	defer again.Stop()

	var known []uuid.UUID

	for {
		starting, err := s.announceStarting(ctx, known)
		if err == nil {
			known = starting
		} else if ctx.Err() == nil {
			s.logger.WarnContext(ctx, "cannot tell the edges which projects start; trying again", logging.Error(err))
		}

		select {
		case <-ctx.Done():
			return nil
		case <-time.After(startingPause):
		}

		select {
		case <-ctx.Done():
			return nil
		case <-news:
		case <-again.C:
		}
	}
}

// announceStarting returns the projects that start, and changes the route table if they are others than those known.
func (s *service) announceStarting(ctx context.Context, known []uuid.UUID) ([]uuid.UUID, error) {
	starting, err := s.queries.ListStartingProjects(ctx)
	if err != nil || slices.Equal(starting, known) {
		return known, err
	}

	return starting, s.inTx(ctx, func(queries *database.Queries) error { return changeRoutes(ctx, queries) })
}
