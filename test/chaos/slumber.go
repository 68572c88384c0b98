package main

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// slumber has what is live of a project fall asleep, as if nobody had asked it for anything and edges had told so, and wakes it: whoever asks meanwhile does,
// too.
func (h *harness) slumber(ctx context.Context, p *project) error {
	const (
		idleSQL = `WITH idle AS (UPDATE deployments SET ended_at = now() - interval '1 hour' WHERE project_id = $1 AND state = 'live' RETURNING 1),
			told AS (UPDATE edges SET counted_until = now() + interval '10 minutes' RETURNING 1)
			SELECT EXISTS (SELECT FROM idle) AND EXISTS (SELECT FROM told)`
		// A request may have woken it by the time that this is asked.
		asleepSQL = `SELECT EXISTS (SELECT FROM project_events WHERE project_id = $1 AND message LIKE '%fell asleep%' AND created_at > $2)`
		restsSQL  = `SELECT asleep_since IS NULL OR NOT EXISTS (
			SELECT FROM vms JOIN deployments ON deployments.id = vms.deployment_id
			WHERE deployments.environment_id = environments.id AND deployments.state = 'live' AND vms.removed_at IS NULL
		) FROM environments WHERE id = $1`
		servesSQL = `SELECT count(*) = $2 FROM vms JOIN deployments ON deployments.id = vms.deployment_id
			WHERE deployments.project_id = $1 AND deployments.state = 'live' AND vms.state = 'healthy' AND vms.desired_state = 'running' AND vms.removed_at IS NULL`
	)

	began := time.Now()

	if err := h.until(ctx, "it looks idle", idleSQL, p.id); err != nil {
		return err
	}

	if err := p.sleepAfter(ctx, 1); err != nil {
		return err
	}

	if err := h.until(ctx, "it falls asleep", asleepSQL, p.id, began); err != nil {
		return err
	}

	if err := h.until(ctx, "its VMs are gone or it is awake", restsSQL, p.id); err != nil {
		return err
	}

	if err := p.sleepAfter(ctx, 0); err != nil {
		return err
	}

	return h.until(ctx, "its instances serve", servesSQL, p.id, p.instances())
}

// sleepAfter sets after how many minutes without a request the project's production falls asleep; 0 wakes it.
func (p *project) sleepAfter(ctx context.Context, minutes int64) error {
	_, err := ask(ctx, "change when it falls asleep", func(ctx context.Context) (uuid.UUID, []byte, error) {
		answer, err := p.api.UpdateEnvironmentWithResponse(ctx, p.id, client.UpdateEnvironmentInputBody{SleepAfterMinutes: &minutes})
		if lo.FromPtr(answer).JSON200 == nil {
			return uuid.Nil, lo.FromPtr(answer).Body, err
		}

		return p.id, nil, err
	})

	return err
}
