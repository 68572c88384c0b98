package edgeproxy

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// headerOtherEdges says how many other edges are in touch with the platform, in its answers to polls.
const headerOtherEdges = "Zeitwork-Other-Edges"

// leastLease leaves room for a poll that is held and one that fails.
const leastLease = 2 * time.Minute

// lease is how long the edge may be out of touch with the platform. Nobody waits for the acknowledgement of a lost edge: VMs that it knows are stopped, and
// their addresses get to others at some time. The edge cannot tell whether it is cut off alone or nobody reaches the platform; so it gives way only where
// another edge was there to take its visitors when it last heard.
type lease struct {
	most   time.Duration // 0: for ever.
	heard  atomic.Int64  // When the platform has answered last, in Unix nanoseconds; at first when the edge began.
	others atomic.Int64
}

func newLease(config Config) *lease {
	l := &lease{most: config.Lease}
	l.heard.Store(time.Now().UnixNano())

	return l
}

// answered notes an answer to a poll. Any but one that refuses the edge's token says that the edge is not cut off: a failure is the platform's, and the same
// for all edges.
func (l *lease) answered(status int, header http.Header) {
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		return
	}

	l.heard.Store(time.Now().UnixNano())

	// A platform of the version before does not tell.
	if others, err := strconv.ParseInt(header.Get(headerOtherEdges), 10, 64); err == nil {
		l.others.Store(others)
	}
}

// hasEnded tells whether the edge is to leave its visitors to another edge.
func (l *lease) hasEnded() bool {
	return l.most > 0 && l.others.Load() > 0 && time.Now().UnixNano()-l.heard.Load() > int64(l.most)
}
