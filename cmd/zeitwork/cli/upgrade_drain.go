package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// drained has load balancers leave the part while it is upgraded, where it is an edge that others can stand in for, and come back afterwards, whatever has come
// of it.
func (u *platformUpgrade) drained(ctx context.Context, part platformPart, state platformState, upgrade func() error) error {
	edge, found := lo.Find(state.edges, func(e client.Edge) bool { return e.Name == part.Name })
	if part.Part != edgePart || !found || u.drain == 0 {
		return upgrade()
	}

	if why := whyNotDrained(edge, state.edges); why != "" {
		u.sayf("  is not drained: %s", why)

		return upgrade()
	}

	err := u.drainEdge(ctx, edge)
	if err == nil {
		err = upgrade()
	}

	if problem := u.giveBack(ctx, edge, err == nil); problem != nil {
		return errors.Join(err, fmt.Errorf("load balancers were not told to come back to it: %w\n`zeitwork edges ready %s` does that", problem, edge.Name))
	}

	return err
}

func whyNotDrained(edge client.Edge, edges []client.Edge) string {
	switch {
	case edge.State == client.EdgeStateDraining:
		return "somebody has done that, and it stays so"
	case !edge.InTouch:
		return "it is out of touch"
	case edge.Drains == nil:
		return "its version does not know how; take it out of the load balancer yourself, if you want to"
	case !slices.ContainsFunc(edges, func(other client.Edge) bool { return other.Name != edge.Name && isServing(other) }):
		return "no other edge serves"
	default:
		return ""
	}
}

// drainEdge waits until the edge drains and load balancers have had the time to notice.
func (u *platformUpgrade) drainEdge(ctx context.Context, edge client.Edge) error {
	if _, err := updateEdge(ctx, u.api, edge.ID, client.UpdateEdgeInputBodyStateDraining); err != nil {
		return err
	}

	u.sayf("  is draining; should this end before its time, `zeitwork edges ready %s` undoes it", edge.Name)

	if err := u.awaitDrains(ctx, edge.Name, true); err != nil {
		return err
	}

	u.sayf("  waits: load balancers have %s to leave it", u.drain)

	select {
	case <-time.After(u.drain):
		return nil
	case <-ctx.Done():
		return interrupted()
	}
}

// giveBack has load balancers come back to an edge, also where the run was interrupted. It waits for that where the upgrade has succeeded.
func (u *platformUpgrade) giveBack(ctx context.Context, edge client.Edge, waits bool) error {
	const patience = 10 * time.Second

	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()

	if _, err := updateEdge(asking, u.api, edge.ID, client.UpdateEdgeInputBodyStateReady); err != nil {
		return err
	}

	u.sayf("  is ready")

	if !waits {
		return nil
	}

	return u.awaitDrains(ctx, edge.Name, false)
}

// awaitDrains waits until the edge says that it drains, or that it does not. One of a version that does not know how to never does.
func (u *platformUpgrade) awaitDrains(ctx context.Context, name string, wanted bool) error {
	return u.await(ctx, u.timeout, func(ctx context.Context) (string, error) {
		edges, err := allEdges(ctx, u.api)
		if err != nil {
			return "", err
		}

		edge, found := lo.Find(edges, func(e client.Edge) bool { return e.Name == name })

		switch {
		case !found:
			return "", UsageError(errors.New("somebody has deleted it"))
		case value(edge.Drains) == wanted:
			return "", nil
		default:
			return lo.Ternary(wanted, "it has not said yet that it drains", "it still drains"), nil
		}
	})
}
