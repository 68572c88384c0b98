package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/test/rig"
)

// pin rolls back, which pins the project, and pushes: the push is built and held, while what was rolled back to stays live. Then it unpins, so
// that the push goes live. Where there is nothing to roll back to it deploys.
func (h *harness) pin(ctx context.Context, p *project) ([]uuid.UUID, error) {
	to, ok := h.previous(ctx, p)
	if !ok {
		made, err := p.deploy(ctx)

		return []uuid.UUID{made}, err
	}

	rollback, err := p.rollback(ctx, to)
	if err != nil {
		return nil, err
	}

	// A push that comes earlier would supersede the rollback.
	if err := h.until(ctx, "the rollback is live", liveSQL, rollback); err != nil {
		return nil, err
	}

	push, err := h.pushHeld(ctx, p)
	if err != nil {
		return []uuid.UUID{rollback}, err
	}

	var live bool
	if err := h.pool.QueryRow(ctx, liveSQL, rollback).Scan(&live); err == nil && !live {
		return nil, fmt.Errorf("the rollback %s was replaced while it pinned the project", rollback)
	}

	return []uuid.UUID{rollback, push}, p.unpin(ctx)
}

// pushHeld pushes to a pinned project, whose pushes are deployed by themselves meanwhile, and returns the deployment once it is held.
func (h *harness) pushHeld(ctx context.Context, p *project) (push uuid.UUID, err error) {
	const heldSQL = `SELECT id FROM deployments WHERE project_id = $1 AND commit_sha = $2 AND held_at IS NOT NULL`

	if err := p.autoDeploy(ctx, true); err != nil {
		return uuid.Nil, err
	}

	defer func() { err = errors.Join(err, p.autoDeploy(context.WithoutCancel(ctx), false)) }()

	commit, err := p.sample.push(ctx)
	if err != nil {
		return uuid.Nil, err
	}

	for h.pool.QueryRow(ctx, heldSQL, p.id, commit).Scan(&push) != nil {
		if err := rig.Sleep(ctx, untilPause); err != nil {
			return uuid.Nil, fmt.Errorf("the push of %s is not held: %w", commit, err)
		}
	}

	return p.remember(push, nil)
}

// litter deploys, one after another, as many as make an image that nobody may roll back to any more.
func (h *harness) litter(ctx context.Context, p *project) (made []uuid.UUID, err error) {
	const endedSQL = `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state NOT IN ('queued', 'deploying'))`

	for range keepReleases + 1 {
		one, err := p.deploy(ctx)
		if err != nil {
			return made, err
		}

		if err := h.until(ctx, "the deployment has ended", endedSQL, one); err != nil {
			return made, err
		}

		made = append(made, one)
	}

	return made, nil
}
