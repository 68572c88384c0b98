package main

import (
	"sync"
	"time"
)

// outages are the times in which the harness itself kept an edge from serving. A load balancer in front of the edges would have taken another
// edge, so that a connection which breaks at such a time is no failure of the platform.
type outages struct {
	mutex sync.Mutex
	all   []outage
}

type outage struct {
	edge     int
	from, to time.Time
	// orderly tells that the edge was asked to end: it may refuse connections and end streams, and cuts off no request.
	orderly bool
}

func (o *outages) add(one outage) {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	o.all = append(o.all, one)
}

// cover tells whether a connection to an edge, from its begin to its end, met an outage of that edge. cut tells that a request was under way.
func (o *outages) cover(edge int, began, ended time.Time, cut bool) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	for _, one := range o.all {
		if one.edge == edge && (!cut || !one.orderly) && !began.After(one.to) && !ended.Before(one.from) {
			return true
		}
	}

	return false
}
