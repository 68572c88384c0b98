package main

import (
	"context"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// controlPlane are the parts of the control plane that are taken away, one group after the other.
func controlPlane() [][]string { return [][]string{{"postgres"}, {"api"}, {"worker-1", "worker-2"}} }

// away takes parts away for a while, with a deployment under way and an edge that starts again meanwhile, and returns what
// is still wrong when they have been back for a while.
func (h *harness) away(ctx context.Context, lasts time.Duration, parts ...string) []finding {
	var found []finding

	note := func(err error) {
		if err != nil {
			found = append(found, lost("%v away: %v", parts, err))
		}
	}

	began := time.Now()

	_, err := h.web.deploy(ctx)
	note(err)

	for _, part := range parts {
		note(h.cluster.Hold(ctx, part))
	}

	// An edge that starts now knows only what is on its disk.
	restart := disturbance{means: meansKill, target: "edgeproxy-1", after: lasts / 2} //nolint:mnd // In the middle.

	hit, err := h.prepare(restart)
	note(err)

	_, _, err = hit(ctx)
	note(err)
	note(rig.Sleep(ctx, time.Until(began.Add(lasts))))

	for _, part := range parts {
		note(h.cluster.Release(ctx, part))
	}

	released := time.Now()
	found = append(found, h.converge(ctx)...)

	fmt.Printf("%s %v away for %s: caught up %.1f s after they were back\n",
		time.Now().Format("15:04:05.000"), parts, lasts, time.Since(released).Seconds())

	for _, f := range found {
		fmt.Println("    ", f)
	}

	return found
}
