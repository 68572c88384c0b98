package conformance

import (
	"context"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/client"
)

// traffic is a visitor who asks a VM's app again and again, by an edge.
type traffic struct {
	stop context.CancelFunc
	done sync.WaitGroup
	// asked takes a value behind each request.
	asked chan struct{}

	requests int
	failed   int
	lastErr  error
	// starts are the starts of the app that answered.
	starts map[string]bool
}

// visit begins the traffic. The fields may be read once end has returned.
func (t *trial) visit(ctx context.Context, vm client.AssignedVM) *traffic {
	const (
		pause   = 20 * time.Millisecond
		patient = 5 * time.Second
	)

	ctx, stop := context.WithCancel(ctx)
	visitor := &traffic{stop: stop, asked: make(chan struct{}), starts: map[string]bool{}}
	sender := newHTTPClient(t.tailnet.dialer(edge(), patient), patient)

	visitor.done.Go(func() {
		for ctx.Err() == nil {
			// A request under way is answered, also when the traffic ends.
			answer, err := request(context.WithoutCancel(ctx), sender, vm, "/", nil)
			visitor.requests++

			if err != nil {
				visitor.failed++
				visitor.lastErr = err
			} else {
				visitor.starts[string(answer)] = true
			}

			select {
			case <-visitor.asked:
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	})

	return visitor
}

// await waits for a number of requests.
func (v *traffic) await(ctx context.Context, requests int) {
	for range requests {
		select {
		case v.asked <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
}

func (v *traffic) end() {
	v.stop()
	v.done.Wait()
}

// outcome tells whether the visitor noticed anything.
func (v *traffic) outcome(what string) outcome {
	switch {
	case v.failed > 0:
		return fail("%d of %d requests failed meanwhile, the last with: %v.", v.failed, v.requests, v.lastErr)
	case len(v.starts) != 1:
		return fail("The app was started again meanwhile.")
	default:
		return pass("%s; all %d requests were answered meanwhile.", what, v.requests)
	}
}
