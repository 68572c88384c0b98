package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
)

// usualTraffic leaves two cores room for the platform.
var usualTraffic = rates{pages: 40, readers: 2, uploads: 1} //nolint:mnd // Named by their fields.

// chaos runs the plan on a platform of its own, and returns whether everything held. The report's last line is the last of
// all: the platform has stopped by then.
func chaos(ctx context.Context, o options) (held bool, err error) {
	plan, err := newPlan(o.kills, o.seed, o.only)
	if err != nil {
		return false, err
	}

	h, err := newHarness(ctx, place{
		bridge: "zwchaos0", cluster: netip.MustParsePrefix("10.91.0.0/16"), builds: netip.MustParsePrefix("10.92.0.0/16"),
	})
	if err != nil {
		return false, err
	}

	result := h.play(ctx, plan, o)
	held = result.totals().held() && len(result.outcomes) == o.kills
	err = errors.Join(ctx.Err(), h.stop(context.WithoutCancel(ctx)))

	if !held || err != nil || o.keep {
		fmt.Println("the logs of all services are in", h.scratch)
	} else if err := os.RemoveAll(h.scratch); err != nil {
		return held, fmt.Errorf("remove the scratch folder: %w", err)
	}

	result.print(os.Stdout)

	return held, err
}

// play goes through the plan under traffic.
func (h *harness) play(ctx context.Context, plan []disturbance, o options) *report {
	result := &report{}

	h.patient = leaveTime
	h.traffic.start(ctx, usualTraffic, h.web)

	for _, d := range plan {
		if ctx.Err() != nil {
			break
		}

		result.add(os.Stdout, h.disturb(ctx, d))
	}

	if o.outage > 0 {
		for _, parts := range controlPlane() {
			result.rest = append(result.rest, h.away(ctx, o.outage, parts...)...)
		}
	}

	h.traffic.stop()

	result.rest = append(append(result.rest, h.comeToRest(ctx)...), h.sentinel.findings()...)
	result.forbidden = h.sentinel.String()
	result.failures = h.settle(ctx, false)
	result.requests, result.excused = h.traffic.total()

	return result
}
