package api

import (
	"context"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// signEvery is how often an api says that it answers: well within the 3 seconds after which nodes and edges count as
// unheard.
const signEvery = time.Second

// showControlPlane says that an api answers, as long as this one does. The silence of nodes and edges counts only while
// one does.
func (s *service) showControlPlane(ctx context.Context) error {
	ticker := time.NewTicker(signEvery)
	defer ticker.Stop()

	for {
		if err := s.queries.ShowControlPlane(ctx); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "cannot say that this api answers; trying again", logging.Error(err))
		}

		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
