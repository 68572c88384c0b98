package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// rates say how much traffic there is.
type rates struct {
	// pages is how many GETs a second there are for each project, over all edges.
	pages int
	// uploads is how many slow POSTs are under way for each project and edge.
	uploads int
	// readers is how many keep-alive connections share the GETs of a project and edge.
	readers int
}

// traffic is what users of the deployed apps do while the platform is disturbed.
type traffic struct {
	ways    []way
	outages *outages

	cancel  context.CancelFunc
	running sync.WaitGroup

	mutex    sync.Mutex
	requests int
	// excused counts the connections that broke because the harness had hit their edge.
	excused int
	// failures are requests that the platform failed: nothing that the harness did excuses them.
	failures []string
	// broken are connections that broke. settle decides which of them are failures: those whose edge the harness had not hit.
	broken []broken
	// ended are streams that ended. settle decides which of them are failures: those whose deployment was still live.
	ended []ended
	// streams are open.
	streams map[*stream]bool
}

// broken is a connection to an edge that failed.
type broken struct {
	edge         int
	began, ended time.Time
	what         string
	err          error
}

func newTraffic(ways []way, o *outages) *traffic {
	return &traffic{ways: ways, outages: o, streams: map[*stream]bool{}}
}

// start begins the traffic of the projects; stop ends it.
func (t *traffic) start(ctx context.Context, r rates, projects ...*project) {
	ctx, t.cancel = context.WithCancel(ctx)

	for _, p := range projects {
		for edge := range t.edges() {
			// Each client has connections of its own. They come by all ways in turn.
			for i := range r.readers {
				pause := time.Second * time.Duration(t.edges()*r.readers) / time.Duration(r.pages)

				t.running.Go(func() { t.read(ctx, newVisitor(t, p, edge, t.way(edge+i)), pause) })
			}

			for i := range r.uploads {
				t.running.Go(func() { t.upload(ctx, newVisitor(t, p, edge, t.way(edge+i))) })
			}

			for _, w := range t.ways {
				for _, d := range w.streams {
					t.running.Go(func() { t.follow(ctx, p, edge, w, d) })
				}
			}
		}
	}
}

// edges is how many edges there are.
func (t *traffic) edges() int { return len(t.ways[0].edges) }

// way returns one of the ways to an edge; each in turn, as the number grows.
func (t *traffic) way(number int) way { return t.ways[number%len(t.ways)] }

func (t *traffic) stop() {
	t.cancel()
	t.running.Wait()
}

// read asks for the page at a steady rate.
func (t *traffic) read(ctx context.Context, v *visitor, pause time.Duration) {
	defer v.close()

	for ticker := time.NewTicker(pause); ; {
		select {
		case <-ctx.Done():
			ticker.Stop()

			return
		case <-ticker.C:
		}

		v.get(ctx)
	}
}

// upload sends one slow body after the other.
func (t *traffic) upload(ctx context.Context, v *visitor) {
	defer v.close()

	for ctx.Err() == nil {
		if !v.post(ctx) {
			_ = rig.Sleep(ctx, uploadTime/uploadParts)
		}
	}
}

func (t *traffic) count() {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	t.requests++
}

func (t *traffic) failf(format string, arguments ...any) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	t.failures = append(t.failures, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, arguments...))
}

func (t *traffic) breaks(b broken) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	t.broken = append(t.broken, b)
}

// total is how many requests there were, and how many of them met an edge that the harness had hit.
func (t *traffic) total() (requests, excused int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	return t.requests, t.excused
}

// settle judges what was left open, and returns the failures since the last call, those of streams apart. flips are the
// times at which the deployments took the route.
func (t *traffic) settle(flips []flip) (failures, streams []string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()

	failures = t.failures

	for _, b := range t.broken {
		if cut := !errors.Is(b.err, syscall.ECONNREFUSED); !t.outages.cover(b.edge, b.began, b.ended, cut) {
			failures = append(failures, fmt.Sprintf("%s edge %d: %s after %s: %v", b.ended.Format("15:04:05.000"), b.edge+1, b.what, b.ended.Sub(b.began), b.err))
		} else {
			t.excused++
		}
	}

	for _, e := range t.ended {
		if !t.outages.cover(e.edge, e.at, e.at, false) && !replaced(flips, e) {
			streams = append(streams, fmt.Sprintf("%s edge %d: %s of %q ended while that was live: %v",
				e.at.Format("15:04:05.000"), e.edge+1, e.kind, e.text, e.err))
		}
	}

	t.failures, t.broken, t.ended = nil, nil, nil

	return failures, streams
}
