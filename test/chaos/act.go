package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// act does what a user does while something dies, and returns the deployments that it made.
func (h *harness) act(ctx context.Context, p *project, d disturbance) ([]uuid.UUID, error) {
	switch d.action {
	case actionTwoPushes:
		first, err := p.deploy(ctx)
		if err != nil {
			return nil, err
		}

		if err := rig.Sleep(ctx, betweenPushes); err != nil {
			return nil, err
		}

		second, err := p.deploy(ctx)

		return []uuid.UUID{first, second}, err
	case actionCancel:
		made, err := p.deploy(ctx)
		if err != nil {
			return nil, err
		}

		if err := rig.Sleep(ctx, d.patience); err != nil {
			return nil, err
		}

		return []uuid.UUID{made}, p.cancel(ctx, made)
	case actionRollback:
		if to, ok := h.previous(ctx, p); ok {
			made, err := p.rollback(ctx, to)

			return []uuid.UUID{made}, err
		}
	case "":
		return nil, nil
	case actionDeploy, actionLateCancel, actionDrain, actionRescale, actionRestart, actionSleep, actionPin, actionLitter, actionInspect,
		actionTell:
		if act, ok := h.longer()[d.action]; ok {
			return act(ctx, p)
		}
	}

	made, err := p.deploy(ctx)
	if err != nil {
		return nil, fmt.Errorf("deploy %s: %w", p.sample.name, err)
	}

	return []uuid.UUID{made}, nil
}

// longer are the actions that wait for the platform in between.
func (h *harness) longer() map[action]func(context.Context, *project) ([]uuid.UUID, error) {
	return map[action]func(context.Context, *project) ([]uuid.UUID, error){
		actionLateCancel: h.cancelLate,
		actionPin:        h.pin,
		actionLitter:     h.litter,
		actionInspect: func(ctx context.Context, p *project) ([]uuid.UUID, error) {
			return nil, h.inspect(ctx, p)
		},
		actionTell: func(ctx context.Context, p *project) ([]uuid.UUID, error) {
			return nil, h.tell(ctx, p)
		},
		actionRescale: func(ctx context.Context, p *project) ([]uuid.UUID, error) {
			return nil, h.rescale(ctx, p)
		},
		actionRestart: func(ctx context.Context, p *project) ([]uuid.UUID, error) {
			return nil, h.restart(ctx, p)
		},
		actionSleep: func(ctx context.Context, p *project) ([]uuid.UUID, error) {
			return nil, h.slumber(ctx, p)
		},
		actionDrain: func(ctx context.Context, _ *project) ([]uuid.UUID, error) {
			node, err := h.busiest(ctx)
			if err != nil {
				return nil, err
			}

			return nil, h.drain(ctx, node)
		},
	}
}

// previous is the deployment that was live before; false where there is none or the database cannot say.
func (h *harness) previous(ctx context.Context, p *project) (uuid.UUID, bool) {
	r, err := readRows(ctx, h.pool)
	if err != nil {
		return uuid.Nil, false
	}

	retired := lo.Filter(r.of(p), func(d deploymentRow, _ int) bool { return d.State == "retired" && !d.Collected })

	return lo.LastOrEmpty(retired).ID, len(retired) > 0
}

// cancelLate cancels a deployment of which VMs were placed.
func (h *harness) cancelLate(ctx context.Context, p *project) ([]uuid.UUID, error) {
	const placedSQL = `SELECT EXISTS (SELECT FROM vms WHERE deployment_id = $1 AND kind = 'app') OR EXISTS (
		SELECT FROM deployments WHERE id = $1 AND state = 'live')`

	for {
		made, err := p.deploy(ctx)
		if err != nil {
			return nil, err
		}

		if err := h.until(ctx, "its VMs are placed", placedSQL, made); err != nil {
			return nil, err
		}

		if err := p.cancel(ctx, made); err != nil {
			return nil, err
		}

		// One that was live before the cancel is no reason for a clean-up.
		var cancelled bool
		if err := h.pool.QueryRow(ctx, `SELECT state = 'cancelled' FROM deployments WHERE id = $1`, made).Scan(&cancelled); err != nil || cancelled {
			return []uuid.UUID{made}, err
		}
	}
}

// rescale asks for one more instance, waits until it serves, and takes that back.
func (h *harness) rescale(ctx context.Context, p *project) error {
	const servesSQL = `SELECT count(*) = $2 FROM vms JOIN deployments ON deployments.id = vms.deployment_id
		WHERE deployments.project_id = $1 AND deployments.state = 'live' AND vms.state = 'healthy' AND vms.desired_state = 'running' AND vms.removed_at IS NULL`

	if err := p.scale(ctx, instances+1); err != nil {
		return err
	}

	if err := h.until(ctx, "another instance serves", servesSQL, p.id, instances+1); err != nil {
		return err
	}

	return p.scale(ctx, instances)
}

// restart has what is live restarted, and waits until none of its instances is older than that.
func (h *harness) restart(ctx context.Context, p *project) error {
	const (
		servingSQL = `SELECT deployments.id, max(vms.created_at) FROM vms JOIN deployments ON deployments.id = vms.deployment_id
			WHERE deployments.project_id = $1 AND deployments.state = 'live' GROUP BY deployments.id`
		restartedSQL = `SELECT NOT EXISTS (SELECT FROM vms WHERE deployment_id = $1 AND removed_at IS NULL AND created_at <= $2)`
	)

	var (
		live     uuid.UUID
		youngest time.Time
	)

	if err := h.pool.QueryRow(ctx, servingSQL, p.id).Scan(&live, &youngest); err != nil {
		return fmt.Errorf("look for what is live of %s: %w", p.sample.name, err)
	}

	if err := p.restart(ctx, live); err != nil {
		return err
	}

	return h.until(ctx, "all instances are younger", restartedSQL, live, youngest)
}

// inspect has the repository of a project looked at, and waits until that has been done.
func (h *harness) inspect(ctx context.Context, p *project) error {
	const doneSQL = `SELECT state = 'succeeded' FROM detections WHERE id = $1`

	detection, err := p.inspect(ctx)
	if err != nil {
		return err
	}

	return h.until(ctx, "the repository has been looked at", doneSQL, detection)
}
