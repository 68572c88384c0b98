package edgeproxy

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// refreshInterval is the shortest time between the beginning of a poll and an urgent one in its place. However many requests want a
	// newer table, the platform gets two polls in that time: the urgent one, and the next one to hold.
	refreshInterval = 2 * time.Second
	// refreshTimeout is how long the answer to an urgent poll may take to begin. A later one is of no use to the requests that wait for it.
	refreshTimeout = 3 * time.Second
	// maxPauseInAnswer is how long an answer that has begun may bring nothing.
	maxPauseInAnswer = 15 * time.Second
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

// heldPoll bounds one poll until its answer begins, and from then on only how long the answer may pause.
type heldPoll struct {
	ctx    context.Context //nolint:containedctx // It is the poll's.
	cancel context.CancelCauseFunc
	// begun ends the wait for the answer.
	begun   context.CancelFunc
	waiting sync.WaitGroup
}

// held begins a poll. Its context ends with the cause errRefresh when a request asks meanwhile, unless the poll is urgent already. The caller must call end
// when its work is done.
func (r *refresh) held(ctx context.Context, urgent bool) *heldPoll {
	ctx, cancel := context.WithCancelCause(ctx)
	unanswered, begun := context.WithCancel(ctx)
	h := &heldPoll{ctx: ctx, cancel: cancel, begun: begun}

	h.waiting.Go(func() {
		cause := context.DeadlineExceeded

		if urgent {
			sleep(unanswered, refreshTimeout)
		} else if r.wait(unanswered, refreshInterval, pollTimeout) {
			cause = errRefresh
		}

		if unanswered.Err() == nil {
			cancel(cause)
		}
	})

	return h
}

// answered returns the body of the answer, which has begun: nothing ends it any more but a pause.
func (h *heldPoll) answered(body io.Reader) io.Reader {
	h.begun()

	return &pausing{body: body, timer: time.AfterFunc(maxPauseInAnswer, func() { h.cancel(context.DeadlineExceeded) })}
}

// refreshed tells whether the poll was ended by a request that asked.
func (h *heldPoll) refreshed() bool { return errors.Is(context.Cause(h.ctx), errRefresh) }

func (h *heldPoll) end() {
	h.begun()
	h.cancel(nil)
	h.waiting.Wait()
}

// pausing is a body that may take long, but not pause for long.
type pausing struct {
	body  io.Reader
	timer *time.Timer
}

func (p *pausing) Read(into []byte) (int, error) {
	p.timer.Reset(maxPauseInAnswer)

	n, err := p.body.Read(into)
	if err != nil {
		p.timer.Stop()
	}

	return n, err //nolint:wrapcheck // A reader returns errors as they are.
}
