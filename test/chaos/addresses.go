package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/id"
)

// ghost is an edge that was never there. As it is silent, the addresses of VMs that were removed rest until it is deleted.
const ghost = "ghost"

const (
	ghostSQL    = `INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, '` + ghost + `', 'nowhere', now() - interval '1 hour')`
	exorciseSQL = `DELETE FROM edges WHERE name = '` + ghost + `'`
	// takeSQL takes every free address of nodes for VMs that were removed.
	takeSQL = `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state, state, removed_at)
		SELECT gen_random_uuid(), (SELECT id FROM deployments ORDER BY id LIMIT 1), nodes.id, host(nodes.prefix)::inet + number, 80, 50, 33554432,
			'stopped', 'removed', now()
		FROM nodes, generate_series(2, 254) AS number
		WHERE nodes.name = ANY ($1) AND NOT EXISTS (SELECT FROM vms WHERE vms.ip = host(nodes.prefix)::inet + number AND vms.ip_released_at IS NULL)`
	// waitsSQL does not look for the name of the edge, which is an operator's business.
	waitsSQL = `SELECT EXISTS (SELECT FROM deployment_steps WHERE deployment_id = $1 AND waiting_for LIKE '%an edge of the platform that is silent%')`
)

// exhaustAddresses leaves a node without a free address, upon which deployments go to the other one, and then both, upon which the step waits
// and says why.
func (h *harness) exhaustAddresses(ctx context.Context, node string) error {
	if _, err := h.pool.Exec(ctx, ghostSQL, id.New()); err != nil {
		return fmt.Errorf("make an edge that is not there: %w", err)
	}

	waiting, err := h.outOfAddresses(ctx, node)

	// Whatever came of it, the addresses are given back.
	if _, deleted := h.pool.Exec(context.WithoutCancel(ctx), exorciseSQL); deleted != nil {
		err = errors.Join(err, fmt.Errorf("delete the edge that is not there: %w", deleted))
	}

	if err != nil {
		return err
	}

	return h.until(ctx, "the deployment goes live", liveSQL, waiting)
}

// outOfAddresses returns the deployment that waits for an address of either node.
func (h *harness) outOfAddresses(ctx context.Context, node string) (waiting uuid.UUID, err error) {
	if _, err := h.pool.Exec(ctx, takeSQL, []string{node}); err != nil {
		return uuid.Nil, fmt.Errorf("take the addresses of %s: %w", node, err)
	}

	made, err := h.quiet.deploy(ctx)
	if err != nil {
		return uuid.Nil, err
	}

	if err := h.until(ctx, "the deployment is live on the other node", liveSQL, made); err != nil {
		return uuid.Nil, err
	}

	if _, err := h.pool.Exec(ctx, takeSQL, lo.Map(h.machines, func(m *machine, _ int) string { return m.node.Name })); err != nil {
		return uuid.Nil, fmt.Errorf("take the addresses of both nodes: %w", err)
	}

	if waiting, err = h.quiet.deploy(ctx); err != nil {
		return uuid.Nil, err
	}

	return waiting, h.until(ctx, "the deployment says that it waits for an address because of the edge", waitsSQL, waiting)
}
