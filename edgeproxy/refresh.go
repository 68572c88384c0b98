package edgeproxy

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// refreshInterval is the shortest time between the beginning of a poll and an urgent one in its place. However many requests want a
	// newer table, the platform gets two polls in that time: the urgent one, and the next one to hold.
	refreshInterval = 2 * time.Second
	// refreshTimeout bounds an urgent poll. A later answer is of no use to the requests that wait for it.
	refreshTimeout = 3 * time.Second
)

var errRefresh = errors.New("a newer route table is wanted at once")

// refresh connects held requests with the poller: they ask for a newer table, and learn when one is in use.
type refresh struct {
	wanted chan struct{}
	// away tells whether the platform failed to answer the last poll.
	away atomic.Bool

	mutex sync.Mutex
	next  chan struct{}
}

func newRefresh() *refresh {
	return &refresh{wanted: make(chan struct{}, 1), next: make(chan struct{})}
}

// ask makes the poller poll at once. Further calls have no effect until it does.
func (r *refresh) ask() {
	select {
	case r.wanted <- struct{}{}:
	default:
	}
}

// news returns a channel that is closed when the next table is in use.
func (r *refresh) news() <-chan struct{} {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return r.next
}

func (r *refresh) announce() {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	close(r.next)
	r.next = make(chan struct{})
}

// answered notes that the platform has just answered, which fulfils all that was asked for until then.
func (r *refresh) answered() {
	r.away.Store(false)

	select {
	case <-r.wanted:
	default:
	}
}

// wait returns after most, or as soon as a request asks, but never before least. It returns whether a request asked.
func (r *refresh) wait(ctx context.Context, least, most time.Duration) bool {
	sleep(ctx, min(least, most))

	timer := time.NewTimer(max(most-least, 0))
	defer timer.Stop()

	select {
	case <-r.wanted:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}

	return false
}

// interruptible returns a context that ends with the cause errRefresh when a request asks. The caller must call the function when its work
// is done.
func (r *refresh) interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)

	var waiting sync.WaitGroup

	waiting.Go(func() {
		if r.wait(ctx, refreshInterval, pollTimeout) {
			cancel(errRefresh)
		}
	})

	return ctx, func() {
		cancel(nil)
		waiting.Wait()
	}
}
