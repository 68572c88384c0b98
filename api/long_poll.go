package api

import (
	"context"
	"time"
)

// waitForChange calls look at once, and again whenever news says that something may have changed, until look returns true or the
// caller's waiting time is over. It returns the last answer of look, and a problem where the caller's token has ended meanwhile.
func (s *service) waitForChange(ctx context.Context, input WaitInput, news <-chan struct{}, look func() (bool, error)) (bool, error) {
	again := time.NewTicker(recheckInterval)
	defer again.Stop()

	deadline := time.NewTimer(time.Duration(input.WaitSeconds) * time.Second)
	defer deadline.Stop()

	for {
		changed, err := look()
		if err != nil {
			return false, err
		}

		// The token may have ended while the request waited. Its holder must not learn what has changed since then.
		if err := s.stillAdmitted(ctx); err != nil {
			return false, err
		}

		if changed {
			return true, nil
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
