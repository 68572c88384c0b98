package edgeproxy

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstProbe   = 50 * time.Millisecond
	lastProbe    = 250 * time.Millisecond
	probeTimeout = time.Second
	// maxProbed is how many VMs of one host are tried at a time.
	maxProbed = 8
)

// run looks for a VM of the host that accepts connections, until the time is up or no request waits any more.
func (h *holder) run(ctx context.Context, host string, current *hold) {
	for pause := firstProbe; ctx.Err() == nil; pause = min(pause+pause, lastProbe) {
		news := h.refresh.news()
		h.refresh.ask()
		h.wakeIfAsleep(ctx, host, current)

		select {
		case <-time.After(pause):
		case <-news:
			news, pause = nil, firstProbe
		case <-ctx.Done():
			return
		}

		found := h.anyAccepts(ctx, h.try(host, current), news)

		if found || time.Since(current.begun) >= h.patienceOf(current) {
			h.end(host, current, found)

			return
		}
	}
}

// patienceOf returns how long a hold lasts at most.
func (h *holder) patienceOf(current *hold) time.Duration {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	switch {
	case current.waking:
		return h.patienceWaking
	case h.refresh.away.Load():
		return h.patienceAway
	default:
		return h.patience
	}
}

// anyAccepts tells whether one of the VMs accepts a connection. It returns false at once when a newer table is in use.
func (h *holder) anyAccepts(ctx context.Context, upstreams []*upstream, news <-chan struct{}) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()

	if len(upstreams) > maxProbed {
		start := rand.IntN(len(upstreams) - maxProbed + 1) //nolint:gosec // Spreading load needs no secrecy.
		upstreams = upstreams[start : start+maxProbed]
	}

	answers := make(chan bool, len(upstreams))

	for _, u := range upstreams {
		go func() {
			connection, err := h.dial(ctx, "tcp", u.address)
			if err == nil {
				_ = connection.Close() // Nothing was sent on it.
			}

			answers <- err == nil
		}()
	}

	for range upstreams {
		select {
		case accepts := <-answers:
			if accepts {
				return true
			}
		case <-news:
			return false
		}
	}

	return false
}
