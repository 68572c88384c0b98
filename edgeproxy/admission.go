package edgeproxy

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// admission bounds how many requests are in flight: for each deployment, as one that answers nothing would fill the edge, and for each visitor. Streams and
// WebSockets count until they end.
type admission struct {
	perDeployment int64 // 0: no bound.
	visitors      visitorCounts
}

func newAdmission(config Config) *admission {
	a := &admission{perDeployment: config.MaxInFlight}
	a.visitors.most = config.MaxInFlightPerClient

	return a
}

// admit counts a request for the deployment of e.counted as in flight, until release, or returns the page that says why it is too much.
func (a *admission) admit(e *exchange, visitor netip.Addr) (page, bool) {
	if e.counted == nil {
		return page{}, true // It is for no app.
	}

	if !a.visitors.enter(visitor) {
		return pageVisitorBusy, false
	}

	if now := e.counted.begin(); a.perDeployment > 0 && now > a.perDeployment {
		e.counted.inFlight.Add(-1)
		a.visitors.leave(visitor)

		return pageAppBusy, false
	}

	e.admitted, e.visitor = true, visitor

	return page{}, true
}

// release ends what admit began, where it has.
func (a *admission) release(e *exchange) {
	if !e.admitted {
		return
	}

	e.admitted = false
	e.counted.inFlight.Add(-1)
	a.visitors.leave(e.visitor)
}

// visitorShards is how many locks the counts have.
const visitorShards = 64

// visitorCounts count the requests in flight of each visitor. The zero value has no bound, and counts nothing.
type visitorCounts struct {
	most   int64
	shards [visitorShards]visitorShard
}

type visitorShard struct {
	mutex  sync.Mutex
	counts map[netip.Addr]int64
}

// enter counts a request, and returns false where the visitor has too many.
func (c *visitorCounts) enter(visitor netip.Addr) bool {
	if c.most <= 0 || !isCounted(visitor) {
		return true
	}

	visitor = householdOf(visitor)
	s := c.shard(visitor)

	s.mutex.Lock()
	defer s.mutex.Unlock()

	if s.counts[visitor] >= c.most {
		return false
	}

	if s.counts == nil {
		s.counts = map[netip.Addr]int64{}
	}

	s.counts[visitor]++

	return true
}

// leave ends what enter has counted.
func (c *visitorCounts) leave(visitor netip.Addr) {
	if c.most <= 0 || !isCounted(visitor) {
		return
	}

	visitor = householdOf(visitor)
	s := c.shard(visitor)

	s.mutex.Lock()
	defer s.mutex.Unlock()

	if s.counts[visitor]--; s.counts[visitor] <= 0 {
		delete(s.counts, visitor)
	}
}

// shard returns where a visitor is counted.
func (c *visitorCounts) shard(visitor netip.Addr) *visitorShard {
	const (
		half       = 8
		multiplier = 0x9e3779b97f4a7c15 // Fibonacci hashing: neighbours get different shards.
		shift      = 58                 // Leaves the highest six bits, which are visitorShards.
	)

	bytes := visitor.As16()
	mixed := (binary.BigEndian.Uint64(bytes[:half]) ^ binary.BigEndian.Uint64(bytes[half:])) * multiplier

	return &c.shards[mixed>>shift]
}

// sharedNetwork is that of carriers' address translation, which tailnets use as well (RFC 6598).
var sharedNetwork = netip.MustParsePrefix("100.64.0.0/10")

// isCounted tells whether an address can be a visitor's. Another one is that of a balancer which the edge was not told of: all of its visitors would count as
// one.
func isCounted(address netip.Addr) bool {
	return address.IsGlobalUnicast() && !address.IsPrivate() && !sharedNetwork.Contains(address)
}

// householdOf returns what counts as one visitor: an IPv4 address, or the /64 of an IPv6 address, which is the least that anybody gets.
func householdOf(address netip.Addr) netip.Addr {
	const bits = 64

	if address.Is4() {
		return address
	}

	prefix, err := address.WithZone("").Prefix(bits)
	if err != nil {
		return address
	}

	return prefix.Addr()
}
