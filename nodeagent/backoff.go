package nodeagent

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff waits, longer each time. The times are random in part, so that many nodes do not come back at the same moment.
type backoff struct {
	first time.Duration
	last  time.Duration
	next  time.Duration
}

// pause waits twice as long as the last time and no longer than b.last, less up to a quarter.
func (b *backoff) pause(ctx context.Context) {
	const quarter = 4

	b.next = max(b.next, b.first)

	pause(ctx, b.next-rand.N(b.next/quarter+1)) //nolint:gosec // Spreading load needs no secrecy.

	b.next = min(b.next+b.next, b.last)
}

// spread returns the duration, up to an eighth longer or shorter, so that what began at one moment does not go on in step.
func spread(duration time.Duration) time.Duration {
	const quarter, eighth = 4, 8

	return duration - duration/eighth + rand.N(duration/quarter+1) //nolint:gosec // Spreading load needs no secrecy.
}

// reset makes the next pause as short as the first.
func (b *backoff) reset() { b.next = b.first }

// pause waits for a time, or for the end of ctx.
func pause(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
