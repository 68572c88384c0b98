package edgeproxy

import (
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/latency"
)

// classes is how many kinds of outcomes a request can have: the five classes of its status, and aborted.
const classes = 6

// classAborted is the kind of requests without a status of an answer; each other kind is the first digit of the status.
const classAborted = 0

// counter counts the requests to one deployment, from when the edge first knew it. Requests add to it without a lock. A new table takes it over from the one
// before, as it does upstreams.
type counter struct {
	deploymentID uuid.UUID

	byClass           [classes]atomic.Int64
	byLatency         [latency.Buckets]atomic.Int64
	bytesIn, bytesOut atomic.Int64

	inFlight atomic.Int64
	// most is the most that were in flight since it was last taken.
	most atomic.Int64
}

// begin counts a request as in flight, and returns how many are.
func (c *counter) begin() int64 {
	now := c.inFlight.Add(1)

	for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); {
		most = c.most.Load()
	}

	return now
}

// outcome is what is counted of a request that has ended.
type outcome struct {
	status            int
	took              time.Duration
	timed             bool // How long it took says something about the app.
	bytesIn, bytesOut int64
}

func (c *counter) count(o outcome) {
	class := classOf(o.status)
	c.byClass[class].Add(1)

	if o.timed && class > 1 {
		c.byLatency[latency.Bucket(o.took)].Add(1)
	}

	if o.bytesIn > 0 {
		c.bytesIn.Add(o.bytesIn)
	}

	if o.bytesOut > 0 {
		c.bytesOut.Add(o.bytesOut)
	}
}

func classOf(status int) int {
	const perClass = 100

	class := status / perClass
	if status == statusClientGone || class < 1 {
		return classAborted
	}

	return min(class, classes-1)
}

// counts is a counter at one moment.
type counts struct {
	byClass           [classes]int64
	byLatency         [latency.Buckets]int64
	bytesIn, bytesOut int64
}

// read returns what was counted so far. Requests may end meanwhile, so that one may be in some of the numbers and not yet in others.
func (c *counter) read() counts {
	read := counts{bytesIn: c.bytesIn.Load(), bytesOut: c.bytesOut.Load()}

	for i := range c.byClass {
		read.byClass[i] = c.byClass[i].Load()
	}

	for i := range c.byLatency {
		read.byLatency[i] = c.byLatency[i].Load()
	}

	return read
}

// since returns what was counted after earlier.
func (c counts) since(earlier counts) counts {
	c.bytesIn -= earlier.bytesIn
	c.bytesOut -= earlier.bytesOut

	for i := range c.byClass {
		c.byClass[i] -= earlier.byClass[i]
	}

	for i := range c.byLatency {
		c.byLatency[i] -= earlier.byLatency[i]
	}

	return c
}
