package edgeproxy

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

const (
	// holdTime is how long a request that was not sent to any VM waits for one. A crashed app is back within one to three seconds, and a
	// newer table is there within one; a user should not wait longer for the page that says that the app is down.
	holdTime = 5 * time.Second
	// holdTimeAway takes the place of holdTime while the platform is away: no newer table comes, but nodes still restart crashed apps.
	holdTimeAway = 2 * time.Second
	// restAfterHold is how long requests for a host are answered at once after a hold found no VM, so that visitors of an app that is
	// down for good do not wait each time.
	restAfterHold = 5 * time.Second

	// holdTimeWaking takes the place of holdTime for an app that sleeps and is woken: nodes start it, and may have to pull its image. holdTimePage is for
	// browsers, which get a page then that says so and asks again by itself.
	holdTimeWaking = time.Minute
	holdTimePage   = 10 * time.Second

	// maxHeld bounds the memory of waiting requests, some 50 KiB each; maxHeldPerHost keeps one app from taking all of it.
	maxHeld        = 4096
	maxHeldPerHost = 1024
)

// holder holds requests that no VM takes, until one does. All requests for one host share a hold: one goroutine asks for a newer table and
// tries to connect on behalf of all of them.
type holder struct {
	table   *atomic.Pointer[table]
	refresh *refresh
	dial    func(ctx context.Context, network, address string) (*net.TCPConn, error)
	// wake asks the platform to start an app that sleeps.
	wake wake
	// patience and those below are holdTime and those below it.
	patience, patienceAway, patienceWaking, patiencePage time.Duration

	mutex sync.Mutex
	held  int
	hosts map[string]*hold
}

// hold is the wait of all requests for one host. The holder's mutex guards every field but over and found.
type hold struct {
	begun   time.Time
	waiting int
	stop    context.CancelFunc
	// over is closed when the wait has ended; from then on found tells whether a VM accepts connections.
	over  chan struct{}
	found bool
	// waking says that the platform is asked to start the app, and noRoom that it has no room for that.
	waking, noRoom bool
	// tried are the upstreams of the last attempt to connect. restUntil is when the next hold may begin; one begins earlier where the
	// table has other upstreams by then.
	tried     []*upstream
	restUntil time.Time
}

func newHolder(current *atomic.Pointer[table], r *refresh, d *dialer) *holder {
	return &holder{
		table: current, refresh: r, dial: d.connect, patience: holdTime, patienceAway: holdTimeAway, patienceWaking: holdTimeWaking,
		patiencePage: holdTimePage, hosts: map[string]*hold{},
	}
}

// wait holds a request of which nothing was sent, and returns whether a VM accepts connections now. It returns false when the request has
// been held for its time in all, when the client has gone, and at once where too many requests wait.
func (h *holder) wait(s sender, e *exchange) bool {
	most := h.patienceFor(s, e.host)

	current := h.join(e.host)
	if current == nil {
		return false
	}

	defer h.leave(e.host, current)

	// It is read behind the hold's beginning: a request that has waited for all of its time leaves no hold that seems to have been cut short.
	if e.holdUntil.IsZero() {
		e.holdUntil = time.Now().Add(most)
	}

	defer func() { e.noRoom = h.lacksRoom(current) }()

	timer := time.NewTimer(time.Until(e.holdUntil))
	defer timer.Stop()

	select {
	case <-current.over:
		return current.found
	case <-timer.C:
	case <-s.context().Done():
	}

	return false
}

func (h *holder) join(host string) *hold {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	now, current := time.Now(), h.hosts[host]

	if current != nil && !current.restUntil.IsZero() {
		if now.Before(current.restUntil) && slices.Equal(current.tried, h.upstreams(host)) {
			return nil
		}

		current = nil
	}

	if h.held >= maxHeld || (current != nil && current.waiting >= maxHeldPerHost) {
		return nil
	}

	if current == nil {
		current = h.begin(host, now)
	}

	current.waiting++
	h.held++

	return current
}

func (h *holder) leave(host string, current *hold) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	h.held--

	if current.waiting--; current.waiting > 0 {
		return
	}

	current.stop()

	switch {
	case h.hosts[host] != current || !current.restUntil.IsZero():
	case !current.waking && time.Since(current.begun) >= h.patience:
		current.restUntil = time.Now().Add(restAfterHold)
	default:
		delete(h.hosts, host)
	}
}

func (h *holder) begin(host string, now time.Time) *hold {
	if len(h.hosts) >= maxHeld {
		for name, other := range h.hosts {
			if !other.restUntil.IsZero() && now.After(other.restUntil) {
				delete(h.hosts, name)
			}
		}
	}

	ctx, stop := context.WithCancel(context.Background())
	current := &hold{begun: now, stop: stop, over: make(chan struct{}), tried: h.upstreams(host)}
	h.hosts[host] = current

	go h.run(ctx, host, current)

	return current
}

func (h *holder) end(host string, current *hold, found bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	switch {
	case h.hosts[host] != current:
	case found:
		delete(h.hosts, host)
	default:
		current.restUntil = time.Now().Add(restAfterHold)
	}

	current.found = found
	close(current.over)
}

// try returns the host's upstreams in the newest table, and notes them as tried.
func (h *holder) try(host string, current *hold) []*upstream {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	current.tried = h.upstreams(host)

	return current.tried
}

// upstreams returns the host's upstreams in the newest table.
func (h *holder) upstreams(host string) []*upstream {
	newest := h.table.Load().lookup(host)
	if newest == nil || newest.state != client.RouteStateLive {
		return nil
	}

	return newest.upstreams
}
