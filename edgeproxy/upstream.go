package edgeproxy

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// restTime is how long an upstream that refused a connection is passed over. Within seconds the platform's own health checks take such a VM
// out of the table. One that stays in it, as nobody hears from its node, rests on until it takes connections: see recovery.
const restTime = 5 * time.Second

// upstream is one VM. A new table takes it over from the one before, with its state.
type upstream struct {
	vmID    uuid.UUID
	address string
	region  string
	// connections is the connectionName of the VM.
	connections string

	habits habits
	// idle are the connections of the engine that no request uses.
	idle idleConns

	inFlight  atomic.Int64
	restUntil atomic.Int64 // Unix nanoseconds.

	// failures counts those in a row, failingSince is when the first of them was, and benchedUntil how long outliers has the upstream rest, both in Unix
	// nanoseconds.
	failures                   atomic.Int64
	failingSince, benchedUntil atomic.Int64
}

func newUpstream(vmID uuid.UUID, address netip.AddrPort, region string) *upstream {
	return &upstream{vmID: vmID, address: address.String(), region: region, connections: connectionName(vmID, address)}
}

// rest makes choose pass over the upstream for restTime, and returns false where it did so already.
func (u *upstream) rest(now time.Time) bool {
	return u.restUntil.Swap(now.Add(restTime).UnixNano()) <= now.UnixNano()
}

// wake ends the rest of one that took no connections.
func (u *upstream) wake() { u.restUntil.Store(0) }

func (u *upstream) resting(now time.Time) bool {
	at := now.UnixNano()

	return at < u.restUntil.Load() || at < u.benchedUntil.Load()
}

// choose picks the upstream for one attempt. Upstreams that rest come last; of the others, those of the edge's region come first, and the one
// with the fewest requests in flight before its peers. An attempt after a failed one goes to a region that was not tried yet, where there is one: a region
// may be gone as a whole. It returns nil when all have been tried.
func choose(upstreams []*upstream, region string, tried []*upstream, now time.Time) *upstream {
	if len(upstreams) == 0 {
		return nil
	}

	var (
		best     *upstream
		bestRank int
		bestLoad int64
	)

	// Beginning anywhere spreads requests over upstreams that are equal.
	start := rand.IntN(len(upstreams)) //nolint:gosec // Spreading load needs no secrecy.

	for i := range upstreams {
		candidate := upstreams[(start+i)%len(upstreams)]
		if slices.Contains(tried, candidate) {
			continue
		}

		rank, load := candidate.rank(region, tried, now), candidate.inFlight.Load()
		if best == nil || rank < bestRank || (rank == bestRank && load < bestLoad) {
			best, bestRank, bestLoad = candidate, rank, load
		}
	}

	return best
}

func (u *upstream) rank(region string, tried []*upstream, now time.Time) int {
	const away, triedRegion, rests = 1, 2, 4

	rank := 0
	if region != "" && u.region != region {
		rank += away
	}

	if slices.ContainsFunc(tried, func(other *upstream) bool { return other.region == u.region }) {
		rank += triedRegion
	}

	if u.resting(now) {
		rank += rests
	}

	return rank
}
