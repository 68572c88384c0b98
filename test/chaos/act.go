package main

import (
	"context"
	"fmt"

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
	case actionLateCancel:
		return h.cancelLate(ctx, p)
	case actionDrain:
		return nil, h.drain(ctx, h.cluster.Nodes()[0].Name)
	case actionRescale:
		return nil, h.rescale(ctx, p)
	case actionDeploy:
	case "":
		return nil, nil
	}

	made, err := p.deploy(ctx)
	if err != nil {
		return nil, fmt.Errorf("deploy %s: %w", p.sample.name, err)
	}

	return []uuid.UUID{made}, nil
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
