package edgeproxy

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// refreshInterval is the least time between the beginning of a poll and one that requests ask for in its place: however many
	// they are, the platform is asked once in that time, and once more to hold the next poll.
	refreshInterval = 2 * time.Second
	// refreshTimeout bounds a poll that requests ask for. An answer that takes longer comes too late for them.
	refreshTimeout = 3 * time.Second
)

var errRefresh = errors.New("a newer route table is wanted at once")

// refresh is how requests that no VM takes ask the poller for a newer table, and how they learn of one.
type refresh struct {
	wanted chan struct{}
	// away tells that the platform did not answer when it was last asked.
	away atomic.Bool

	mutex sync.Mutex
	next  chan struct{}
}

func newRefresh() *refresh {
	return &refresh{wanted: make(chan struct{}, 1), next: make(chan struct{})}
}

// ask has the poller ask the platform at once. Any number of calls are one until it does.
func (r *refresh) ask() {
	select {
	case r.wanted <- struct{}{}:
	default:
	}
}

// news is closed when the next table is in use.
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

// answered notes that the platform has just been heard: what was asked for until then has been given.
func (r *refresh) answered() {
	r.away.Store(false)

	select {
	case <-r.wanted:
	default:
	}
}

// wait returns when the time has passed, or earlier if a request asks; but not before least has passed. It tells whether
// one asked.
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

// interruptible returns a context that ends with the cause errRefresh if a request asks. The caller calls the function when
// it is done.
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
