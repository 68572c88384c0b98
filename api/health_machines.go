package api

import (
	"context"
	"math"
	"time"

	"github.com/docker/go-units"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

const (
	// fullDisk and fillingDisk are the free parts of a disk below which an operator has to do something, or is told.
	fullDisk, fillingDisk = 0.05, 0.15
	// unreportedFor is how long an edge may tell nothing of what it has counted.
	unreportedFor = 5 * time.Minute
	// catchUp is how long an edge may take until it serves from a route table that is there.
	catchUp = 2 * time.Second
	// wrongClock is how far a clock may be off before operators are told: times in logs are the machine's.
	wrongClock = 10 * time.Second
)

// lookAtNodes tells of nodes that cannot serve, or that get no VMs, and of their disks.
func (h *health) lookAtNodes(known platform) {
	const part, disks = "nodes", "node disks"

	ready := 0

	for _, row := range known.nodes {
		node := row.Node

		switch {
		case node.LastSeenAt == nil:
			h.notice(part, node.Name, "zeitwork nodes join "+node.Name+" prints the command for its machine", "%s was never in touch", node.Name)
		case !row.InTouch:
			h.problem(part, node.Name,
				"look at its machine and `journalctl --unit=zeitwork-nodeagent` there; one that is gone for good: zeitwork nodes delete "+node.Name,
				"%s has not reported for %s", node.Name, known.since(*node.LastSeenAt))
		case node.UnreachableBecause != nil:
			h.problem(part, node.Name, "mend that on its machine", "edges cannot reach the VMs of %s: %s", node.Name, *node.UnreachableBecause)
		case node.State != "ready":
			h.notice(part, node.Name, "zeitwork nodes ready "+node.Name+" gives it VMs again", "%s is %s", node.Name, node.State)
		default:
			ready++
		}

		if row.InTouch {
			h.lookAtDisk(disks, node)
		}
	}

	switch {
	case len(known.nodes) == 0:
		h.problem(part, "", "zeitwork nodes join prints the command that makes a machine one", "there is none")
	case ready == 0:
		h.problem(part, "", "bring one back, or add one: zeitwork nodes join", "none is ready and in touch: nothing can be placed")
	case !h.has(part):
		h.ok(part, "all %d report and are ready", ready)
	}

	if ready > 0 && !h.has(disks) {
		h.ok(disks, "no node in touch has less than %.0f %% free", fillingDisk*100) //nolint:mnd // Per cent.
	}
}

// lookAtDisk tells of a node's disk that fills.
func (h *health) lookAtDisk(part string, node database.Node) {
	free, total := float64(lo.FromPtr(node.DiskFreeBytes)), float64(lo.FromPtr(node.DiskBytes))
	if total == 0 || free >= fillingDisk*total {
		return
	}

	add := h.notice
	if free < fullDisk*total {
		add = h.problem
	}

	add(part, node.Name, "make room on it, or drain it: zeitwork nodes drain "+node.Name,
		"%s has %s of %s free", node.Name, units.BytesSize(free), units.BytesSize(total))
}

// lookAtBuilders tells of the workers and of the BuildKits that they build with.
func (h *health) lookAtBuilders(_ context.Context, known platform) error {
	const part, builders = "workers", "builders"

	inTouch, cache, told := 0, int64(0), []string{}

	for _, row := range known.workers {
		worker := row.Worker

		if !row.InTouch {
			h.notice(part, worker.Name, "nothing, if it was stopped; else look at its machine",
				"%s has not been heard of for %s", worker.Name, known.since(worker.LastSeenAt))

			continue
		}

		inTouch++
		cache = max(cache, lo.FromPtr(worker.BuildkitDiskBytes))

		silent, err := silentBuildersOf(worker)
		if err != nil {
			return err
		}

		// A builder that is silent to several workers is one problem.
		for _, builder := range lo.Without(silent, told...) {
			told = append(told, builder)
			h.problem(builders, builder, "look at the service zeitwork-builder there", "%s does not answer the worker %s: %s",
				builder, worker.Name, *worker.BuildkitError)
		}
	}

	switch {
	case inTouch == 0:
		h.problem(part, "", "start `zeitwork worker`", "none is in touch: nothing is deployed")
	case !h.has(part):
		h.ok(part, "all %d are in touch", inTouch)
	}

	if inTouch > 0 && !h.has(builders) {
		h.ok(builders, "all answer; the largest cache takes %s", units.BytesSize(float64(cache)))
	}

	return nil
}

// lookAtEdges tells of edges that cannot be heard, that serve from an old route table, or that do not say what they have counted.
func (h *health) lookAtEdges(ctx context.Context, known platform) error {
	const part = "edges"

	behind, err := known.edgesBehind(ctx)
	if err != nil {
		return err
	}

	serving := 0

	for _, row := range known.edges {
		edge := row.Edge

		if row.InTouch && edge.State != edgeDraining {
			serving++
		}

		switch {
		case edge.LastSeenAt == nil:
			h.notice(part, edge.Name, "zeitwork edges join "+edge.Name+" prints the command for its machine", "%s was never in touch", edge.Name)
		case !row.InTouch:
			h.problem(part, edge.Name,
				"look at its machine and `journalctl --unit=zeitwork-edgeproxy` there; one that is gone for good: zeitwork edges delete "+edge.Name,
				"%s has not been heard of for %s", edge.Name, known.since(*edge.LastSeenAt))
		case behind[edge.ID] > 0:
			h.problem(part, edge.Name, "look at its log and its disk, and start it anew",
				"%s serves from a route table that is %d versions behind", edge.Name, behind[edge.ID])
		case edge.State == edgeDraining:
			h.notice(part, edge.Name, "zeitwork edges ready "+edge.Name, "%s is draining: load balancers leave it", edge.Name)
		case edge.CountedUntil != nil && known.now.Sub(*edge.CountedUntil) > unreportedFor:
			h.problem(part, edge.Name, "look at its log", "%s has not said what it counted for %s", edge.Name, known.since(*edge.CountedUntil))
		}
	}

	switch {
	case len(known.edges) == 0:
		h.problem(part, "", "zeitwork edges join prints the command that makes a machine one", "there is none")
	case serving == 0:
		h.problem(part, "", "bring one back, or add one: zeitwork edges join", "none is in touch and not draining: load balancers find none for visitors")
	case !h.has(part):
		h.ok(part, "all %d are in touch and serve from the newest route table", len(known.edges))
	}

	return nil
}

// edgesBehind returns how many versions those edges in touch are behind that do not catch up.
func (p platform) edgesBehind(ctx context.Context) (map[uuid.UUID]int64, error) {
	current, err := p.queries.CurrentRouteVersion(ctx)
	if err != nil {
		return nil, err
	}

	isBehind := func(row database.ListEdgesRow, _ int) bool {
		return row.InTouch && row.Edge.AcknowledgedVersion < current
	}

	edges := p.edges

	if lo.SomeBy(edges, func(row database.ListEdgesRow) bool { return isBehind(row, 0) }) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(catchUp):
		}

		if edges, err = p.queries.ListEdges(ctx, seenWithin, uuid.Nil, mostMachines); err != nil {
			return nil, err
		}
	}

	return lo.SliceToMap(lo.Filter(edges, isBehind), func(row database.ListEdgesRow) (uuid.UUID, int64) {
		return row.Edge.ID, current - row.Edge.AcknowledgedVersion
	}), nil
}

// lookAtClocks compares the clocks of machines, and that of the process that looks, with the database's.
func (h *health) lookAtClocks(_ context.Context, known platform) error {
	const (
		part   = "clocks"
		advice = "set its clock: timedatectl set-ntp true"
	)

	compared := 0
	compare := func(what string, ahead *int32) {
		if ahead == nil {
			return
		}

		compared++

		if off := time.Duration(*ahead) * time.Millisecond; off.Abs() > wrongClock {
			h.problem(part, what, advice, "the clock of %s is %s %s", what, spell(off.Abs()), lo.Ternary(off > 0, "ahead", "behind"))
		}
	}

	// A clock that is off by more than an int32 has room for is off by weeks.
	compare(known.observer, new(int32(min(max(known.clockAhead.Milliseconds(), math.MinInt32), math.MaxInt32))))

	for _, row := range known.nodes {
		if row.InTouch {
			compare("the node "+row.Node.Name, row.Node.ClockAheadMs)
		}
	}

	for _, row := range known.edges {
		if row.InTouch {
			compare("the edge "+row.Edge.Name, row.Edge.ClockAheadMs)
		}
	}

	for _, row := range known.workers {
		// A worker that looks is compared already.
		if name := "the worker " + row.Worker.Name; row.InTouch && name != known.observer {
			compare(name, row.Worker.ClockAheadMs)
		}
	}

	if !h.has(part) {
		h.ok(part, "none of the %d in touch, %s's among them, is off by more than %s", compared, known.observer, spell(wrongClock))
	}

	return nil
}
