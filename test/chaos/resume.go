package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// cutSQL finds the begin of the attempt after one whose worker died: that one is closed at the very moment at which the next one begins.
const cutSQL = `
SELECT min(next.started_at) FROM deployment_steps AS cut
JOIN deployment_steps AS next ON next.deployment_id = cut.deployment_id AND next.step = cut.step AND next.attempt = cut.attempt + 1
WHERE cut.deployment_id = ANY($1) AND cut.started_at <= $2 AND next.started_at > $2 AND cut.ended_at = next.started_at`

// nextSQL finds when the next attempt of any step began.
const nextSQL = `SELECT min(started_at) FROM deployment_steps WHERE deployment_id = ANY($1) AND started_at > $2`

// resumed returns how long after the death of a worker its step went on; nil where the worker ran no step, or the last one. A worker that died at
// a fault point did run a step, which it may have committed: there any next step counts.
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
