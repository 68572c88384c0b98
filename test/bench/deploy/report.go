package deploy

import (
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

// results are the counted rounds.
type results struct {
	hand     []parts
	platform []deployed
}

func (r *results) add(hand parts, platform deployed) {
	r.hand = append(r.hand, hand)
	r.platform = append(r.platform, platform)
}

// print writes the medians of the platform beside those of the work by hand; its last line is for machines.
func (r *results) print() {
	fmt.Printf("\nMedians of %d rounds\n\nby hand\n", len(r.hand))
	printParts(r.hand)

	hand := rig.Median(lo.Map(r.hand, func(p parts, _ int) time.Duration { return p.total() }))
	fmt.Printf("  %-16s %9.1f ms\n\nthrough the platform\n", "total", rig.Milliseconds(hand))

	of := func(f func(deployed) time.Duration) time.Duration {
		return rig.Median(lo.Map(r.platform, func(d deployed, _ int) time.Duration { return f(d) }))
	}

	fmt.Printf("  %-16s %9.1f ms\n", "push to chain", rig.Milliseconds(of(func(d deployed) time.Duration { return d.begin })))
	printParts(lo.Map(r.platform, func(d deployed, _ int) parts { return d.steps }))

	fmt.Println("  hops")

	for i := range r.platform[0].hops {
		steps := r.platform[0].steps
		took := of(func(d deployed) time.Duration { return d.hops[i] })
		fmt.Printf("    %-27s %5.1f ms\n", steps[i].name+" → "+steps[i+1].name, rig.Milliseconds(took))
	}

	total := of(func(d deployed) time.Duration { return d.total })
	flip := of(func(d deployed) time.Duration { return d.flip })
	hop := rig.Median(lo.FlatMap(r.platform, func(d deployed, _ int) []time.Duration { return d.hops }))

	// Differences are taken round by round, so that a machine that becomes slower between rounds slows both sides of each.
	overhead := rig.Median(lo.Map(r.platform, func(d deployed, i int) time.Duration { return d.total - r.hand[i].total() }))

	fmt.Printf("  %-16s %9.1f ms\n  %-16s %9.1f ms\n\n", "flip to visible", rig.Milliseconds(flip), "total", rig.Milliseconds(total))
	fmt.Printf("overhead_s=%.3f hop_ms=%.1f flip_ms=%.1f\n", overhead.Seconds(), rig.Milliseconds(hop), rig.Milliseconds(flip))
}

// printParts writes the median of each part; all rounds have the same parts in the same order.
func printParts(rounds []parts) {
	for i, one := range rounds[0] {
		took := rig.Median(lo.Map(rounds, func(p parts, _ int) time.Duration { return p[i].took }))
		fmt.Printf("  %-16s %9.1f ms\n", one.name, rig.Milliseconds(took))
	}
}
