package api

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// startingPause is the shortest time between two looks at the environments whose first deployment is under way.
const startingPause = 200 * time.Millisecond

// watchStarting changes the route table when the first deployment of an environment begins, or ends without being live: the page that an edge
// shows for such an environment says which of the two it is. Every copy of api does so; a version too many does no harm.
func (s *service) watchStarting(ctx context.Context) error {
	news, cancel := s.listener.Subscribe(database.ChannelDeployments, "")
	defer cancel()

	again := time.NewTicker(recheckInterval)
	defer again.Stop()

	var known []uuid.UUID

	for {
		starting, err := s.announceStarting(ctx, known)
		if err == nil {
			known = starting
		} else if ctx.Err() == nil {
			s.logger.WarnContext(ctx, "cannot tell the edges which environments start; trying again", logging.Error(err))
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

// announceStarting returns the environments whose first deployment is under way. It makes a new version of the route table where they differ from
// the known ones.
func (s *service) announceStarting(ctx context.Context, known []uuid.UUID) ([]uuid.UUID, error) {
	starting, err := s.queries.ListStartingEnvironments(ctx)
	if err != nil || slices.Equal(starting, known) {
		return known, err
	}

	return starting, s.inTx(ctx, func(queries *database.Queries) error { return changeRoutes(ctx, queries) })
}
