package nodeagent

import (
	"context"
	"time"
)

const (
	// stableTime is how long a VM has to run for its next crash to count as the first.
	stableTime   = time.Minute
	firstRestart = time.Second
	lastRestart  = time.Minute
)

// restarts paces how often an app that ends is started again.
type restarts struct{ backoff backoff }

func newRestarts() *restarts {
	return &restarts{backoff{first: firstRestart, last: lastRestart}}
}

// pause waits before the next start of an app that ran for that long. One that was stable has its visitors wait for no more than its start.
func (r *restarts) pause(ctx context.Context, ran time.Duration) {
	if ran >= stableTime {
		r.backoff.reset()

		return
	}

	r.backoff.pause(ctx)
}
