package edgeproxy

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

const (
	// recordsPerSecond is how many requests of a deployment an edge records in a second, and as many more that were answered with a status of 5xx.
	recordsPerSecond = 100
	// toldEvery is how often the platform is told of requests that were left out.
	toldEvery = time.Minute
	// forgottenAfter is how long a deployment without requests is remembered.
	forgottenAfter = 10 * time.Minute
)

// requestSampler chooses which requests of one deployment are recorded, and counts the others. It has no locks; where two requests end while a
// second begins, one more or less of them may be chosen.
type requestSampler struct {
	deploymentID uuid.UUID

	// second is the present one; the numbers below are of it.
	second       atomic.Int64
	seen         atomic.Int64
	kept, failed atomic.Int64
	// every is how many requests stand for one that is recorded, as their number in the second before tells.
	every atomic.Int64
	// dropped counts the requests that the platform has not been told of.
	dropped atomic.Int64
	// toldAt is when it was told last. The shipper alone uses it.
	toldAt time.Time
}

// admits tells whether a request that has ended now is to be recorded, and counts it as dropped where not.
func (s *requestSampler) admits(now time.Time, status int) bool {
	if second := s.second.Load(); second != now.Unix() && s.second.CompareAndSwap(second, now.Unix()) {
		s.begin(now.Unix() == second+1)
	}

	number := s.seen.Add(1)

	switch {
	case status >= http.StatusInternalServerError && s.failed.Add(1) <= recordsPerSecond:
		return true
	case number%max(s.every.Load(), 1) == 0 && s.kept.Add(1) <= recordsPerSecond:
		return true
	default:
		s.dropped.Add(1)

		return false
	}
}

// begin begins another second. Choosing every n-th request spreads those that are recorded over the second.
func (s *requestSampler) begin(follows bool) {
	seen := s.seen.Swap(0)
	s.kept.Store(0)
	s.failed.Store(0)

	if !follows {
		seen = 0
	}

	s.every.Store((seen + recordsPerSecond - 1) / recordsPerSecond)
}

// isIdle tells whether the sampler need not be remembered.
func (s *requestSampler) isIdle(now time.Time) bool {
	return now.Unix()-s.second.Load() > int64(forgottenAfter/time.Second) && s.dropped.Load() == 0
}
