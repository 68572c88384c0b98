package api

import (
	"context"
	"time"
)

// waitForChange calls look until it returns true or the time is up, at once and whenever something may have changed. It
// returns whether look did.
func (s *service) waitForChange(ctx context.Context, input LongPollInput, news <-chan struct{}, look func() (bool, error)) (bool, error) {
	again := time.NewTicker(lookAgain)
	defer again.Stop()

	deadline := time.NewTimer(time.Duration(input.WaitSeconds) * time.Second)
	defer deadline.Stop()

	for {
		if changed, err := look(); changed || err != nil {
			return changed, err
		}

		select {
		case <-ctx.Done():
			return false, nil
		case <-s.stopping:
			return false, nil
		case <-deadline.C:
			return false, nil
		case <-news:
		case <-again.C:
		}
	}
}
