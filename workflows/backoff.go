package workflows

import (
	"time"
)

const maxBackoff = 30 * time.Second

// backoff is how long to wait after the numbered attempt (from 1): 1, 2, 4, 8, 16, 30, 30… seconds.
func backoff(attempt int) time.Duration {
	const doublings = 5

	if attempt > doublings {
		return maxBackoff
	}

	return time.Second << max(attempt-1, 0)
}
