// Package latency counts how long requests took, in buckets that edges, the API and the database share.
//
// The bounds are the powers of two from 1 ms to 32,768 ms, each of which belongs to the bucket below it: the exponential histogram of OpenTelemetry's
// data model at scale 0. Counts of different edges and minutes can be added, and finding the bucket is one instruction. They must never change:
// rows of a year are stored by them. A quantile that is read from them is never off by more than the width of its bucket, a factor of two.
package latency

import (
	"math/bits"
	"time"
)

const (
	// boundCount is how many bounds there are.
	boundCount = 16
	// Buckets is how many buckets there are: one below each bound, and one for all that took longer.
	Buckets = boundCount + 1
)

// Bounds returns the upper bounds of all buckets but the last, in milliseconds.
func Bounds() []float64 {
	bounds := make([]float64, boundCount)
	for i := range bounds {
		bounds[i] = float64(uint64(1) << i)
	}

	return bounds
}

// Bucket returns the index of the bucket that a duration belongs to.
func Bucket(duration time.Duration) int {
	if duration <= time.Millisecond {
		return 0
	}

	// A duration of a bound belongs to the bucket below it: 2 ms is (1, 2].
	return min(bits.Len64(uint64((duration-1)/time.Millisecond)), boundCount)
}

// Quantile estimates the duration in milliseconds that the share q (0 to 1) of the counted requests did not exceed; false where none is counted. It takes the
// requests of a bucket for spread evenly over it. For a request in the last bucket it returns the last bound, which it took longer than. Counts that are
// missing at the end are zeros.
func Quantile(counts []int64, q float64) (float64, bool) {
	total := 0.0 // Counts that somebody made up may be more than an integer holds.
	for _, count := range counts {
		total += float64(count)
	}

	if total <= 0 {
		return 0, false
	}

	rank, below := q*total, 0.0

	for i, count := range counts {
		if count == 0 || below+float64(count) < rank {
			below += float64(count)

			continue
		}

		if i >= boundCount {
			break
		}

		upper, lower := float64(uint64(1)<<i), 0.0
		if i > 0 {
			lower = upper / 2 //nolint:mnd // Powers of two.
		}

		return lower + (upper-lower)*max(rank-below, 0)/float64(count), true
	}

	return float64(uint64(1) << (boundCount - 1)), true
}
