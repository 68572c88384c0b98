package edgeproxy

import (
	"log/slog"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// The figures are those of Envoy's outlier detection: five answers of 5xx in a row (consecutive_5xx) and a rest of 30 s (base_ejection_time). Envoy lets a
// tenth of the hosts rest; here it is up to half, as apps have few instances.
const (
	outlierFailures = 5
	outlierRest     = 30 * time.Second
	// outlierTime is how long the failures have to go on. Where many requests come at once, some of which fail on every instance, five in a row are chance.
	outlierTime = time.Second
)

const lowestServerError = 500

// outliers finds upstreams that fail while others of the same route do not: that answer with 5xx, or not at all. Such a one rests.
type outliers struct {
	mutex  sync.Mutex
	logger *slog.Logger
}

// note notes how an upstream has dealt with a request.
func (o *outliers) note(r *route, u *upstream, failed bool) {
	if !failed {
		if u.failures.Load() != 0 {
			u.failures.Store(0)
		}

		return
	}

	now := time.Now()

	failures := u.failures.Add(1)
	if failures == 1 {
		u.failingSince.Store(now.UnixNano())
	}

	if failures >= outlierFailures && now.UnixNano()-u.failingSince.Load() >= int64(outlierTime) && o.bench(r, u, now) {
		o.logger.Warn("a VM fails while others of its deployment do not; asking the others for a while",
			logging.Deployment(r.deploymentID), logging.VM(u.vmID), slog.Duration("rest", outlierRest))
	}
}

// bench has an upstream rest, and returns false where it may not: it rests already, no other one answers well, or half of the route's would not be left.
func (o *outliers) bench(r *route, u *upstream, now time.Time) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	if u.resting(now) {
		return false
	}

	rest, well := 1, false

	for _, other := range r.upstreams {
		switch {
		case other == u:
		case other.resting(now):
			rest++
		default:
			well = well || other.failures.Load() == 0
		}
	}

	if !well || 2*rest > len(r.upstreams) {
		return false
	}

	u.benchedUntil.Store(now.Add(outlierRest).UnixNano())
	// After the rest one failure is enough, and one good answer makes it like any other.
	u.failures.Store(outlierFailures - 1)

	return true
}
