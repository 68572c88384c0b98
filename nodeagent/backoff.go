package nodeagent

import (
	"context"
	"time"
)

// backoff waits longer from time to time.
type backoff struct {
	first time.Duration
	last  time.Duration
	next  time.Duration
}

// pause waits, twice as long as the last time but no longer than b.last.
func (b *backoff) pause(ctx context.Context) {
	b.next = max(b.next, b.first)

	pause(ctx, b.next)

	b.next = min(b.next+b.next, b.last)
}

// reset has the next pause be the first again.
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
