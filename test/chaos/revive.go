package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// revived waits until the supervisor has started a killed part again. The supervisor waits longer after every death in a row, as that of a part
// that crashes by itself; after a second here, it is told to start the part at once.
func (h *harness) revived(ctx context.Context, part string, pid int, at time.Time) error {
	const patience, pause = time.Second, 10 * time.Millisecond

	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	for h.cluster.PID(part) == pid {
		if rig.Sleep(bounded, pause) == nil {
			continue
		}

		if err := h.cluster.Release(ctx, part); err != nil {
			return fmt.Errorf("%s is not started again: %w", part, err)
		}
	}

	return h.served(ctx, part, at)
}

// pids are the parts by their processes.
func (h *harness) pids() map[int]string {
	return lo.SliceToMap(h.cluster.Parts(), func(part string) (int, string) { return h.cluster.PID(part), part })
}

// served waits until an edge that was hit serves again, and remembers from when to when it did not. Other parts need no waiting.
func (h *harness) served(ctx context.Context, part string, from time.Time) error {
	const patience, pause = 30 * time.Second, 10 * time.Millisecond

	index, ok := edgeOf(part)
	if !ok {
		return nil
	}

	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	visitor := rig.Transport{Base: &http.Transport{DisableKeepAlives: true}}

	for {
		answer, err := visitor.Ask(bounded, http.MethodGet, h.cluster.EdgeURLs()[index]+"/.zeitwork/health", nil)
		if err == nil && answer.Status == http.StatusOK {
			break
		}

		if err := rig.Sleep(bounded, pause); err != nil {
			return fmt.Errorf("%s does not serve again: %w", part, err)
		}
	}

	h.outages.add(outage{edge: index, from: from, to: time.Now()})

	return nil
}

// edgeOf returns the number of an edge, from 0; false for other parts.
func edgeOf(part string) (int, bool) {
	number, ok := strings.CutPrefix(part, "edgeproxy-")
	index, err := strconv.Atoi(number)

	return index - 1, ok && err == nil
}
