package rig

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestMedian_IsTheMiddle_OrTheMeanOfTheTwoMiddleOnes(t *testing.T) {
	t.Parallel()

	require.Equal(t, 2*time.Second, Median([]time.Duration{9 * time.Second, time.Second, 2 * time.Second}))
	require.Equal(t, 1500*time.Millisecond, Median([]time.Duration{2 * time.Second, 9 * time.Second, time.Second, 0}))
	require.Equal(t, time.Second, Median([]time.Duration{time.Second}))
}

func TestMedian_LeavesTheValuesInTheirOrder(t *testing.T) {
	t.Parallel()

	values := []time.Duration{3, 1, 2}
	Median(values)
	require.Equal(t, []time.Duration{3, 1, 2}, values)
}

func TestPercentile_IsTheSmallestThatTheShareDoesNotExceed(t *testing.T) {
	t.Parallel()

	values := lo.Times(20, func(i int) time.Duration { return time.Duration(20 - i) })
	require.Equal(t, time.Duration(10), Percentile(values, 0.5))
	require.Equal(t, time.Duration(19), Percentile(values, 0.95))
	require.Equal(t, time.Duration(1), Percentile(values[19:], 0.95))
	require.Zero(t, Percentile(nil, 0.95))
}

func TestMilliseconds_KeepsTheFraction(t *testing.T) {
	t.Parallel()

	require.InDelta(t, 1.5, Milliseconds(1500*time.Microsecond), 0)
}
