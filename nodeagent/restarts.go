package nodeagent

import (
	"cmp"
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

// newRestarts returns the pauses up to the longest one; zero stands for a minute.
func newRestarts(longest time.Duration) *restarts {
	longest = cmp.Or(longest, lastRestart)

	return &restarts{backoff{first: min(firstRestart, longest), last: longest}}
}

// pause waits before the next start of an app that ran for that long. It does not wait for an app that was stable.
func (r *restarts) pause(ctx context.Context, ran time.Duration) {
	if ran >= stableTime {
		r.backoff.reset()

		return
	}

	r.backoff.pause(ctx)
}
