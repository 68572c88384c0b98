package rig

import (
	"math"
	"slices"
	"time"
)

// Median returns the middle of the values, the mean of the two middle ones where their number is even. There must be one value at least.
func Median(values []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	below, above := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]

	return below + (above-below)/2
}

// Percentile returns the smallest of the values that at least a share of them, from 0 to 1, does not exceed; zero where there are no values.
func Percentile(values []time.Duration, share float64) time.Duration {
	if len(values) == 0 {
		return 0
	}

	sorted := slices.Sorted(slices.Values(values))

	return sorted[max(int(math.Ceil(share*float64(len(sorted))))-1, 0)]
}

// Milliseconds returns a duration in milliseconds, with the fraction of the last one.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
