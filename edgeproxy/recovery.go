package edgeproxy

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// recoveryPause is how long the edge waits between two attempts to connect to an upstream that rests. With dialTimeout it is less than restTime, so that
// the rest does not end in between.
const recoveryPause = time.Second

// recovery finds out when upstreams that rest take connections again, so that no visitor's request has to: on a machine that is gone each would wait until
// it gives up.
type recovery struct {
	table   *atomic.Pointer[table]
	dial    func(ctx context.Context, network, address string) (*net.TCPConn, error)
	pause   time.Duration
	ctx     context.Context //nolint:containedctx // It ends with the edge and not with the request whose attempt failed.
	stop    context.CancelFunc
	running sync.WaitGroup
}

func newRecovery(current *atomic.Pointer[table], d *dialer) *recovery {
	ctx, stop := context.WithCancel(context.Background())

	return &recovery{table: current, dial: d.connect, pause: recoveryPause, ctx: ctx, stop: stop}
}

// watch begins to connect to an upstream of a host that has just begun to rest.
func (r *recovery) watch(host string, u *upstream) {
	r.running.Go(func() { r.run(host, u) })
}

// run lets the upstream rest until it takes a connection or its host has other upstreams.
func (r *recovery) run(host string, u *upstream) {
	for {
		sleep(r.ctx, r.pause)

		if r.ctx.Err() != nil || !r.serves(host, u) {
			return
		}

		connection, err := r.dial(r.ctx, "tcp", u.address)
		if err == nil {
			u.wake()

			_ = connection.Close() // Nothing was sent on it.

			return
		}

		u.rest(time.Now())
	}
}

func (r *recovery) serves(host string, u *upstream) bool {
	newest := r.table.Load().lookup(host)

	return newest != nil && slices.Contains(newest.upstreams, u)
}

// close ends all attempts.
func (r *recovery) close() {
	r.stop()
	r.running.Wait()
}
