package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	// convergeTime bounds how long the platform may take, after a disturbance, until every invariant holds.
	convergeTime = 60 * time.Second
	// beginTime bounds how long the first deployments take, which pull all that the later ones have.
	beginTime = 3 * time.Minute
	// lookTime bounds one look at everything.
	lookTime = 10 * time.Second
)

// leaveTime is how long the VMs of a deployment that was live may take to leave: the product's drain time, their grace, and what it takes to see.
const leaveTime = 75 * time.Second

// comeToRest waits until everything has left that was on its way out, too.
func (h *harness) comeToRest(ctx context.Context) []finding {
	h.patient = 0

	return h.converge(ctx)
}

// converge waits until nothing is wrong any more. When its time is over it returns what still is.
func (h *harness) converge(ctx context.Context) []finding { return h.convergeWithin(ctx, convergeTime) }

func (h *harness) convergeWithin(ctx context.Context, limit time.Duration) []finding {
	const pause = 100 * time.Millisecond

	h.last = ""

	for deadline := time.Now().Add(limit); ; {
		found := lo.Filter(h.look(ctx), func(f finding, _ int) bool { return !h.counted[f.text] })
		if len(found) == 0 {
			return nil
		}

		h.last = found[0].text

		if time.Now().After(deadline) || rig.Sleep(ctx, pause) != nil {
			for _, f := range found {
				h.counted[f.text] = true
			}

			return found
		}
	}
}

// look checks every invariant once. What is expensive to look at comes last, and only where the rest is right.
func (h *harness) look(ctx context.Context) []finding {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()

	found := h.lookAtParts()
	if len(found) > 0 {
		return found
	}

	r, err := readRows(ctx, h.pool)
	if err != nil {
		return []finding{lost("the database cannot be asked: %v", err)}
	}

	r.patient = h.patient

	if found := r.judge(h.projects()); len(found) > 0 {
		return found
	}

	for _, look := range []func(context.Context, rows) []finding{h.lookAtMachines, h.lookAtEdges, h.lookAtRegistry} {
		found = append(found, look(ctx, r)...)
	}

	return found
}

// lookAtParts reports parts that died and were not started again.
func (h *harness) lookAtParts() []finding {
	dead := lo.Filter(h.cluster.Parts(), func(part string, _ int) bool { return !alive(h.cluster.PID(part)) })

	return lo.Map(dead, func(part string, _ int) finding { return lost("%s does not run", part) })
}

// alive tells whether a process runs.
func alive(pid int) bool { return pid != 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func (h *harness) lookAtMachines(ctx context.Context, r rows) []finding {
	found := make([][]finding, len(h.machines))

	var group errgroup.Group

	for i, m := range h.machines {
		group.Go(func() error {
			held, err := m.look(ctx)
			if err != nil {
				found[i] = []finding{lost("%v", err)}
			} else {
				found[i] = held.judge(m.node.Name, r)
			}

			if stand, err := rulesStand(m.node.NetworkNamespace); err != nil || !stand {
				found[i] = append(found[i], lost("the rules that isolate VMs do not stand on %s: %v", m.node.Name, err))
			}

			return nil
		})
	}

	_ = group.Wait()

	return lo.Flatten(found)
}

// lookAtEdges reports edges that answer for a project with anything but its live deployment.
func (h *harness) lookAtEdges(ctx context.Context, r rows) []finding {
	var found []finding

	connections := keepAlive("")
	defer connections.CloseIdleConnections()

	for i, edge := range h.cluster.EdgeURLs() {
		for _, p := range h.projects() {
			live, ok := r.live(p)
			if !ok {
				continue
			}

			want := p.sample.text(live.Commit)

			answer, err := rig.Transport{Host: p.host, Base: connections}.Ask(ctx, http.MethodGet, edge, nil)
			if err != nil || answer.Status != http.StatusOK || answer.Body != want {
				found = append(found, lost("edge %d answers for %s with %s, not with %q", i+1, p.host, told(answer, err), want))
			}
		}
	}

	return found
}

// told is an answer, or why there is none, as a finding tells it.
func told(answer rig.Answer, err error) string {
	if err != nil {
		return err.Error()
	}

	return fmt.Sprintf("%d %q", answer.Status, firstLine(answer.Body))
}

func (h *harness) lookAtRegistry(ctx context.Context, r rows) []finding {
	var found []finding

	for _, p := range h.projects() {
		judged, err := h.images.judge(ctx, p, r)
		if err != nil {
			judged = []finding{lost("%v", err)}
		}

		found = append(found, judged...)
	}

	return found
}
