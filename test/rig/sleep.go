package rig

import (
	"context"
	"time"
)

// Sleep waits that long; it returns the context's error as soon as the context has ended.
func Sleep(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
