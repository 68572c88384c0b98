package api

import (
	"context"
	"sync"
	"time"
)

// gatherTimeout bounds the work that is done for many callers at once, which does not end with the request of one of them.
const gatherTimeout = 30 * time.Second

// gather does the work of many callers at once: while run is busy, the callers that come wait together for the next time. A hundred requests that want the
// same at one moment cost two runs, and one alone waits for nobody.
type gather[In, Out any] struct {
	// run returns what each of the callers gets, in their order.
	run func(ctx context.Context, all []In) ([]Out, error)

	busy  sync.Mutex
	mutex sync.Mutex
	next  *gathering[In, Out]
}

// gathering is one run and those that wait for it. What it holds is complete once over is closed.
type gathering[In, Out any] struct {
	in   []In
	out  []Out
	err  error
	over chan struct{}
}

// do returns what run makes of the caller's part.
func (g *gather[In, Out]) do(ctx context.Context, in In) (Out, error) {
	mine, place, first := g.join(in)
	if first {
		go g.work(context.WithoutCancel(ctx), mine)
	}

	var none Out

	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case <-mine.over:
	}

	if mine.err != nil {
		return none, mine.err
	}

	return mine.out[place], nil
}

func (g *gather[In, Out]) join(in In) (mine *gathering[In, Out], place int, first bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	first = g.next == nil
	if first {
		g.next = &gathering[In, Out]{over: make(chan struct{})}
	}

	g.next.in = append(g.next.in, in)

	return g.next, len(g.next.in) - 1, first
}

func (g *gather[In, Out]) work(ctx context.Context, mine *gathering[In, Out]) {
	g.busy.Lock()
	defer g.busy.Unlock()

	// Callers that come from here on belong to the next run.
	g.mutex.Lock()
	g.next = nil
	g.mutex.Unlock()

	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()

	mine.out, mine.err = g.run(ctx, mine.in)

	close(mine.over)
}
