package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// drain drains a node until no VM is to run there, and makes it ready again.
func (h *harness) drain(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, rareTime)
	defer cancel()

	if err := h.setNode(ctx, node, client.NodeUpdateStateDraining); err != nil {
		return err
	}

	return errors.Join(h.awayFrom(ctx, node), h.setNode(context.WithoutCancel(ctx), node, client.NodeUpdateStateReady))
}

// busiest is the node with the most VMs of what is live: an earlier drain may have left another one without any. A database that is away is
// asked again.
func (h *harness) busiest(ctx context.Context) (node string, err error) {
	const busiestSQL = `SELECT nodes.name FROM vms JOIN nodes ON nodes.id = vms.node_id JOIN deployments ON deployments.id = vms.deployment_id
		WHERE deployments.state = 'live' AND vms.desired_state = 'running' AND vms.removed_at IS NULL
		GROUP BY nodes.name ORDER BY count(*) DESC, nodes.name LIMIT 1`

	for h.pool.QueryRow(ctx, busiestSQL).Scan(&node) != nil {
		if err := rig.Sleep(ctx, untilPause); err != nil {
			return "", fmt.Errorf("no node runs anything live: %w", err)
		}
	}

	return node, nil
}

func (h *harness) awayFrom(ctx context.Context, node string) error {
	const awaySQL = `SELECT NOT EXISTS (
		SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
		WHERE vms.desired_state <> 'stopped' AND vms.removed_at IS NULL AND nodes.name = $1)`

	return h.until(ctx, "no VM is to run on "+node, awaySQL, node)
}

// drainFull drains a node while the other one has no room for its VMs. Each of them has a job that finds no room again and again, more of them
// than a worker has connections to the database, and one worker has all of them: it must live on, and deploy. Then room is made.
func (h *harness) drainFull(ctx context.Context, node string) error {
	const crowded, moves = 10 * time.Second, 25

	projects, err := h.addProjects(ctx, moves*len(h.machines))
	if err == nil {
		err = h.drainWithoutRoom(ctx, node, crowded)
	}

	for _, project := range projects {
		err = errors.Join(err, h.removeProject(context.WithoutCancel(ctx), project))
	}

	return errors.Join(err, h.projectsGone(ctx))
}

// drainWithoutRoom drains a node that has no room for a while.
func (h *harness) drainWithoutRoom(ctx context.Context, node string, lasts time.Duration) error {
	const idle = "worker-2"

	filler, err := h.fill(ctx)
	if err != nil {
		return errors.Join(err, h.removeProject(context.WithoutCancel(ctx), filler))
	}

	if err := h.cluster.Hold(ctx, idle); err != nil {
		return err
	}

	before := h.pids()

	if err = h.setNode(ctx, node, client.NodeUpdateStateDraining); err == nil {
		err = rig.Sleep(ctx, lasts)
	}

	for pid, part := range h.pids() {
		if _, ok := before[pid]; !ok {
			err = errors.Join(err, fmt.Errorf("%s did not live through a full cluster", part))
		}
	}

	// What a user asks for now must go live as soon as there is room.
	_, deployed := h.quiet.deploy(ctx)

	return errors.Join(err, deployed, h.removeProject(ctx, filler), h.awayFrom(ctx, node), h.cluster.Release(context.WithoutCancel(ctx), idle),
		h.setNode(context.WithoutCancel(ctx), node, client.NodeUpdateStateReady))
}

// fill takes the memory of both nodes but for less than any other VM needs, by a project with one large VM on each.
func (h *harness) fill(ctx context.Context) (uuid.UUID, error) {
	const left = 40 << 20

	nodes, err := h.api.ListNodesWithResponse(ctx, nil)
	if err != nil {
		return uuid.Nil, fmt.Errorf("read the memory of the nodes: %w", err)
	}

	if nodes.JSON200 == nil {
		return uuid.Nil, fmt.Errorf("read the memory of the nodes: %s", nodes.Body)
	}

	free := lo.Map(nodes.JSON200.Items, func(n client.Node, _ int) int64 { return n.MemoryShareBytes - n.MemoryHeldBytes - n.VMOverheadBytes })

	return h.addProject(ctx, "filler", len(free), lo.Min(free)-left)
}

// setNode drains a node or makes it ready.
func (h *harness) setNode(ctx context.Context, name string, state client.NodeUpdateState) error {
	_, err := ask(ctx, fmt.Sprintf("make node %s %s", name, state), func(ctx context.Context) (uuid.UUID, []byte, error) {
		nodes, err := h.api.ListNodesWithResponse(ctx, nil)
		if err != nil || nodes.JSON200 == nil {
			return uuid.Nil, lo.FromPtr(nodes).Body, err
		}

		node, _ := lo.Find(nodes.JSON200.Items, func(n client.Node) bool { return n.Name == name })

		answer, err := h.api.UpdateNodeWithResponse(ctx, node.ID, client.NodeUpdate{State: &state})
		if err != nil || answer.StatusCode() != http.StatusOK {
			return uuid.Nil, lo.FromPtr(answer).Body, err
		}

		return node.ID, nil, nil
	})

	return err
}
