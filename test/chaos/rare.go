package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// rareTime bounds what a rare disturbance waits for: a node is lost after a minute, and its VMs have to be started elsewhere.
const rareTime = 4 * time.Minute

// disturbRarely does what kills nothing and takes long.
func (h *harness) disturbRarely(ctx context.Context, d disturbance) error {
	ctx, cancel := context.WithTimeout(ctx, rareTime)
	defer cancel()

	node := h.cluster.Nodes()[d.target[len(d.target)-1]-'1'].Name

	switch d.means {
	case meansLost:
		return h.loseNode(ctx, node)
	case meansFull:
		return h.drainFull(ctx, node)
	case meansAddresses:
		return h.exhaustAddresses(ctx, node)
	case meansCrowd:
		return h.crowd(ctx)
	case meansBuilder:
		return h.loseBuilder(ctx)
	case meansKill, meansFreeze, meansCutOff, meansKillVM, meansPoint, meansFreezer, meansFlush, meansReconfigure, meansUpgrade:
		fallthrough
	default:
		return fmt.Errorf("%s is no rare disturbance", d.means)
	}
}

// loseNode cuts a node off as soon as a deployment waits for the health of a VM on it, and for so long that the deployment goes live elsewhere.
func (h *harness) loseNode(ctx context.Context, node string) error {
	made, err := h.quiet.deploy(ctx)
	if err != nil {
		return err
	}

	const placedSQL = `SELECT EXISTS (SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
		WHERE vms.deployment_id = $1 AND vms.kind = 'app' AND nodes.name = $2)`
	if err := h.until(ctx, "a VM is placed on "+node, placedSQL, made, node); err != nil {
		return err
	}

	if err := h.cluster.CutOff(node); err != nil {
		return err
	}

	const awaySQL = `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state = 'live') AND NOT EXISTS (
		SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id JOIN deployments ON deployments.id = vms.deployment_id
		WHERE deployments.state = 'live' AND vms.desired_state = 'running' AND vms.removed_at IS NULL AND nodes.name = $2)`

	err = h.until(ctx, "everything live is served by the other node", awaySQL, made, node)

	return errors.Join(err, h.cluster.Reconnect(node))
}

// loseBuilder takes the builder away as soon as a build has begun, and for so long that the worker has given up waiting for the answer. The build begins again.
func (h *harness) loseBuilder(ctx context.Context) error {
	const builder, away = "buildkitd", 20 * time.Second

	made, err := h.quiet.deploy(ctx)
	if err != nil {
		return err
	}

	const buildsSQL = `SELECT EXISTS (SELECT FROM deployment_steps WHERE deployment_id = $1 AND step = 'build' AND state = 'running')`
	if err := h.until(ctx, "the build begins", buildsSQL, made); err != nil {
		return err
	}

	err = errors.Join(h.cluster.Hold(ctx, builder), rig.Sleep(ctx, away))

	const waitsSQL = `SELECT EXISTS (SELECT FROM deployments WHERE id = $1 AND state NOT IN ('failed', 'live'))`
	if err == nil {
		err = h.until(ctx, "the deployment waits for the builder", waitsSQL, made)
	}

	if err := errors.Join(err, h.cluster.Release(context.WithoutCancel(ctx), builder)); err != nil {
		return err
	}

	return h.until(ctx, "the deployment goes live", liveSQL, made)
}
