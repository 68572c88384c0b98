package edgeproxy

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// minPause and maxPause bound the wait after a poll that failed.
	minPause = 100 * time.Millisecond
	maxPause = 5 * time.Second
)

// pause returns how long to wait after that many failures. It is random in part, so that a thousand edges do not come back at once.
func pause(failures int) time.Duration {
	const doublings = 6

	half := min(minPause<<min(failures, doublings), maxPause) / 2 //nolint:mnd // Two halves.

	return half + rand.N(half) //nolint:gosec // Spreading load needs no secrecy.
}

func sleep(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
