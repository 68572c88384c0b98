package nodeagent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoff_DoublesUpToItsLimitAndStartsAnew(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := backoff{first: time.Second, last: 5 * time.Second}

		waited := make([]time.Duration, 0, 5)

		for range 5 {
			began := time.Now()

			b.pause(t.Context())

			waited = append(waited, time.Since(began))
		}

		for i, most := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
			require.LessOrEqual(t, waited[i], most)
			require.Greater(t, waited[i], most*7/10)
		}

		b.reset()

		began := time.Now()

		b.pause(t.Context())
		require.LessOrEqual(t, time.Since(began), time.Second)
	})
}

func TestRestarts_StableApp_IsStartedAgainAtOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r := newRestarts(0)

		wait := func(ran time.Duration) time.Duration {
			began := time.Now()

			r.pause(t.Context(), ran)

			return time.Since(began).Round(time.Second)
		}

		require.Equal(t, time.Second, wait(0), "the first crash, just after the start")
		require.Equal(t, 2*time.Second, wait(0))
		require.Zero(t, wait(stableTime), "an app that was stable")
		require.Equal(t, time.Second, wait(stableTime-1), "and is not any more")
	})
}

func TestSpread_IsRoundTheDuration(t *testing.T) {
	t.Parallel()

	seen := map[time.Duration]bool{}

	for range 100 {
		spread := spread(8 * time.Second)
		require.InDelta(t, 8, spread.Seconds(), 1)

		seen[spread] = true
	}

	require.Greater(t, len(seen), 10)
}

func TestRestarts_LongestPause_IsTheOperators(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		const longest = 250 * time.Millisecond

		r := newRestarts(longest)

		for range 3 {
			began := time.Now()

			r.pause(t.Context(), 0)
			require.LessOrEqual(t, time.Since(began), longest)
		}
	})
}
