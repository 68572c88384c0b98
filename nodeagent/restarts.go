package nodeagent

import (
	"context"
	"time"
)

const (
	// stableTime is how long a VM must run so that it is restarted at once after its next crash.
	stableTime   = time.Minute
	firstRestart = time.Second
	lastRestart  = time.Minute
)

// restarts waits between the restarts of an app that keeps ending.
type restarts struct{ backoff backoff }

func newRestarts() *restarts {
	return &restarts{backoff{first: firstRestart, last: lastRestart}}
}

// pause waits before the next start of an app that ran for that long. It does not wait for an app that was stable.
func (r *restarts) pause(ctx context.Context, ran time.Duration) {
	if ran >= stableTime {
		r.backoff.reset()

		return
	}

	r.backoff.pause(ctx)
}
