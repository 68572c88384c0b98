package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"
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

// print writes the medians, ours beside the raw work; the last line is for machines.
func (r *results) print() {
	fmt.Printf("\nMedians of %d rounds\n\nby hand\n", len(r.hand))
	printParts(r.hand)

	hand := median(lo.Map(r.hand, func(p parts, _ int) time.Duration { return p.total() }))
	fmt.Printf("  %-16s %9.1f ms\n\nthrough the platform\n", "total", milliseconds(hand))

	of := func(f func(deployed) time.Duration) time.Duration {
		return median(lo.Map(r.platform, func(d deployed, _ int) time.Duration { return f(d) }))
	}

	fmt.Printf("  %-16s %9.1f ms\n", "push to chain", milliseconds(of(func(d deployed) time.Duration { return d.begin })))
	printParts(lo.Map(r.platform, func(d deployed, _ int) parts { return d.steps }))

	fmt.Println("  hops")

	for i := range r.platform[0].hops {
		steps := r.platform[0].steps
		took := of(func(d deployed) time.Duration { return d.hops[i] })
		fmt.Printf("    %-27s %5.1f ms\n", steps[i].name+" → "+steps[i+1].name, milliseconds(took))
	}

	total := of(func(d deployed) time.Duration { return d.total })
	flip := of(func(d deployed) time.Duration { return d.flip })
	hop := median(lo.FlatMap(r.platform, func(d deployed, _ int) []time.Duration { return d.hops }))

	// The rounds are pairs, so that a machine that becomes slower in between moves both sides of a difference.
	overhead := median(lo.Map(r.platform, func(d deployed, i int) time.Duration { return d.total - r.hand[i].total() }))

	fmt.Printf("  %-16s %9.1f ms\n  %-16s %9.1f ms\n\n", "flip to visible", milliseconds(flip), "total", milliseconds(total))
	fmt.Printf("overhead_s=%.3f hop_ms=%.1f flip_ms=%.1f\n", overhead.Seconds(), milliseconds(hop), milliseconds(flip))
}

// printParts writes the median of each part; all rounds have the same parts in the same order.
func printParts(rounds []parts) {
	for i, one := range rounds[0] {
		took := median(lo.Map(rounds, func(p parts, _ int) time.Duration { return p[i].took }))
		fmt.Printf("  %-16s %9.1f ms\n", one.name, milliseconds(took))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median returns the middle of the values, the mean of the two middle ones where their number is even.
func median(values []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	below, above := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]

	return below + (above-below)/2
}
