package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// cutSQL finds the attempts whose worker died, which are closed at the very moment at which the next attempt begins.
const cutSQL = `
SELECT min(next.started_at) FROM deployment_steps AS cut
JOIN deployment_steps AS next ON next.deployment_id = cut.deployment_id AND next.step = cut.step AND next.attempt = cut.attempt + 1
WHERE cut.deployment_id = ANY($1) AND cut.started_at <= $2 AND next.started_at > $2 AND cut.ended_at = next.started_at`

// nextSQL finds what began next, whatever it was.
const nextSQL = `SELECT min(started_at) FROM deployment_steps WHERE deployment_id = ANY($1) AND started_at > $2`

// resumed returns how long after the death of a worker its step went on; nil where it ran none, or the step was the last.
// A worker that died at a fault point ran one for certain, which may have been committed.
func (h *harness) resumed(ctx context.Context, deployments []uuid.UUID, at time.Time, atPoint bool) (*time.Duration, error) {
	query := cutSQL
	if atPoint {
		query = nextSQL
	}

	var next *time.Time
	if err := h.pool.QueryRow(ctx, query, deployments, at).Scan(&next); err != nil {
		return nil, fmt.Errorf("find out when the step went on: %w", err)
	}

	if next == nil {
		return nil, nil //nolint:nilnil // Nothing lay still.
	}

	took := next.Sub(at)

	return &took, nil
}
