package main

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestMeasure_HoursAndDaysAddUpWhatMinutesHave(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	release := served{ID: uuid.New(), Since: now.Add(-6 * time.Hour), VMs: []uuid.UUID{uuid.New(), uuid.New()}}
	traffic, usage := measure(shapes()[shop], []served{release}, now)

	sums := map[time.Duration]minute{}
	for k, m := range traffic {
		sums[k.step] = sums[k.step].plus(m)
	}

	require.Len(t, sums, 3)
	require.Positive(t, sums[time.Minute].requests)
	require.Equal(t, sums[time.Minute], sums[time.Hour])
	require.Equal(t, sums[time.Minute], sums[day])

	var counted int64
	for _, count := range sums[day].latency {
		counted += count
	}

	require.Equal(t, sums[day].requests, counted)

	uses := map[time.Duration]use{}
	for k, u := range usage {
		uses[k.step] = uses[k.step].plus(u)
	}

	require.Equal(t, uses[time.Minute], uses[time.Hour])
	require.Equal(t, uses[time.Minute], uses[day])
}

func TestMeasure_IsTheSameAgain_AndKeepsMinutesForADay(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	release := served{ID: uuid.New(), Since: now.Add(-age)}
	once, _ := measure(shapes()[guide], []served{release}, now)
	again, _ := measure(shapes()[guide], []served{release}, now)

	require.Equal(t, once, again)

	for k := range once {
		if k.step == time.Minute {
			require.LessOrEqual(t, now.Sub(k.starts), day+time.Minute)
		}
	}
}

func TestShape_TroubleEndsWithTheDeploymentThatMendsIt(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	failed := func(from, to time.Duration) (share float64) {
		var sum minute
		for ago := from; ago > to; ago -= time.Minute {
			sum = sum.plus(shapes()[shop].at(now.Add(-ago), now))
		}

		return float64(sum.failed) / float64(sum.requests)
	}

	mended := ages()[shop][2]
	require.Greater(t, failed(mended+40*time.Minute, mended), 0.03)
	require.Less(t, failed(mended, 0), 0.01)
}
