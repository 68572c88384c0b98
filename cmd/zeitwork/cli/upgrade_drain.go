package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// drained has load balancers leave the part while it is upgraded, where it is an edge that others can stand in for, and come back afterwards, whatever has come
// of it. Where another edge follows, it waits until load balancers have had the time to come back to this one.
func (u *platformUpgrade) drained(ctx context.Context, part platformPart, state platformState, edgeFollows bool, upgrade func() error) error {
	edge, found := lo.Find(state.edges, func(e client.Edge) bool { return e.Name == part.Name })
	if part.Part != edgePart || !found || u.drain == 0 {
		return upgrade()
	}

	why, err := whyNotDrained(edge, state.edges)
	if err != nil {
		return err
	}

	if why != "" {
		u.sayf("  is not drained: %s", why)

		return upgrade()
	}

	if err = u.drainEdge(ctx, edge); err == nil {
		err = upgrade()
	}

	if problem := u.giveBack(ctx, edge); problem != nil {
		return errors.Join(err, fmt.Errorf("load balancers were not told to come back to it: %w\n`zeitwork edges ready %s` does that", problem, edge.Name))
	}

	if err != nil {
		return err
	}

	if err := u.awaitDrains(ctx, edge.Name, false); err != nil {
		return fmt.Errorf("it was told to serve again, and has not said yet that it does: %w", err)
	}

	if !edgeFollows {
		return nil
	}

	return u.awaitBalancers(ctx, "come back to it")
}

// whyNotDrained tells why an edge is upgraded without being drained; nothing where it is to be drained. It fails where that would take the last edge away from
// load balancers although others are there.
func whyNotDrained(edge client.Edge, edges []client.Edge) (string, error) {
	others := lo.Reject(edges, func(other client.Edge, _ int) bool { return other.Name == edge.Name })
	drained, anyDrained := lo.Find(others, func(other client.Edge) bool {
		return other.InTouch && (other.State == client.EdgeStateDraining || value(other.Drains))
	})

	switch {
	case edge.State == client.EdgeStateDraining:
		return "somebody has done that, and it stays so", nil
	case !edge.InTouch:
		return "it is out of touch", nil
	case edge.Drains == nil:
		return "its version does not know how; take it out of the load balancer yourself, if you want to", nil
	case slices.ContainsFunc(others, isServing):
		return "", nil
	case anyDrained:
		return "", fmt.Errorf("it was not begun: it is the only edge that serves, as %s is drained. "+
			"`zeitwork edges ready %s` has that one serve again; --drain 0 goes on as it is", drained.Name, drained.Name)
	default:
		return "no other edge serves", nil
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

	return u.awaitBalancers(ctx, "leave it")
}

// awaitBalancers gives load balancers the time to notice what an edge says of itself.
func (u *platformUpgrade) awaitBalancers(ctx context.Context, what string) error {
	u.sayf("  waits: load balancers have %s to %s", u.drain, what)

	select {
	case <-time.After(u.drain):
		return nil
	case <-ctx.Done():
		return interrupted()
	}
}

// giveBack has load balancers come back to an edge, also where the run was interrupted. It tries that for a while.
func (u *platformUpgrade) giveBack(ctx context.Context, edge client.Edge) error {
	const patience, attempt = 10 * time.Second, 5 * time.Second

	err := u.await(context.WithoutCancel(ctx), patience, func(ctx context.Context) (string, error) {
		asking, cancel := context.WithTimeout(ctx, attempt)
		defer cancel()

		_, err := updateEdge(asking, u.api, edge.ID, client.UpdateEdgeInputBodyStateReady)

		return "", err
	})
	if err == nil {
		u.sayf("  is ready")
	}

	return err
}

// stillDrained tells which edges load balancers leave, and how that ends; nothing where they leave none.
func stillDrained(edges []client.Edge) string {
	names := lo.FilterMap(edges, func(e client.Edge, _ int) (string, bool) { return e.Name, e.State == client.EdgeStateDraining })
	if len(names) == 0 {
		return ""
	}

	return fmt.Sprintf(" Load balancers leave %s: `zeitwork edges ready NAME` has them come back.", strings.Join(names, ", "))
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
