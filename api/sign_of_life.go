package api

import (
	"context"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// controlPlaneInterval is how often an api records that it answers. After 3 seconds without a record the silence of nodes and edges no longer
// counts.
const controlPlaneInterval = time.Second

// recordControlPlane records again and again that an api answers. Only while one does can a node or an edge be declared lost.
func (s *service) recordControlPlane(ctx context.Context) error {
	ticker := time.NewTicker(controlPlaneInterval)
	defer ticker.Stop()

	for {
		if err := s.queries.ShowControlPlane(ctx); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "cannot record that this api answers; trying again", logging.Error(err))
		}

		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
