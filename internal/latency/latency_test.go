package latency_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/latency"
)

func TestBucket_IsTheFirstWhoseBoundIsNotPassed(t *testing.T) {
	t.Parallel()

	bounds := latency.Bounds()
	require.Len(t, bounds, latency.Buckets-1)

	check := func(duration time.Duration) {
		milliseconds := float64(duration) / float64(time.Millisecond)

		expected := slices.IndexFunc(bounds, func(bound float64) bool { return milliseconds <= bound })
		if expected < 0 {
			expected = len(bounds)
		}

		require.Equal(t, expected, latency.Bucket(duration), duration)
	}

	for _, bound := range bounds {
		at := time.Duration(bound) * time.Millisecond
		check(at - 1)
		check(at)
		check(at + 1)
	}

	check(0)
	check(-time.Second)
	check(math.MaxInt64)
}

// TestQuantile_BesideTheExactOne on durations as web apps have them: most quick, a tail that is log-normal.
func TestQuantile_BesideTheExactOne(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(1, 2))

	for range 50 {
		var (
			exact  = make([]float64, 0, 2000)
			counts [latency.Buckets]int64
			median = 2 + 400*random.Float64()
		)

		for range 2000 {
			milliseconds := min(median*math.Exp(random.NormFloat64()), 30_000)
			exact = append(exact, milliseconds)
			counts[latency.Bucket(time.Duration(milliseconds*float64(time.Millisecond)))]++
		}

		slices.Sort(exact)

		for q, most := range map[float64]float64{0.5: 1.15, 0.95: 1.35, 0.99: 1.6} {
			estimated, ok := latency.Quantile(counts[:], q)
			require.True(t, ok)

			truth := exact[int(math.Ceil(q*float64(len(exact))))-1]
			ratio := max(estimated/truth, truth/estimated)
			require.LessOrEqual(t, ratio, 2.0, "no more than the width of a bucket")
			require.LessOrEqual(t, ratio, most, "p%g: %g ms for %g ms", q*100, estimated, truth)
		}
	}
}

func TestQuantile_AtTheEdges(t *testing.T) {
	t.Parallel()

	_, ok := latency.Quantile(nil, 0.5)
	require.False(t, ok)

	_, ok = latency.Quantile(make([]int64, latency.Buckets), 0.5)
	require.False(t, ok)

	half, ok := latency.Quantile([]int64{10}, 0.5)
	require.True(t, ok)
	require.InDelta(t, 0.5, half, 1e-9)

	all, _ := latency.Quantile([]int64{0, 0, 4}, 1)
	require.InDelta(t, 4, all, 1e-9)

	overflow := make([]int64, latency.Buckets)
	overflow[latency.Buckets-1] = 1
	longest, _ := latency.Quantile(overflow, 0.5)
	require.InDelta(t, 32_768, longest, 1e-9, "it took longer than the last bound")
}
