package edgeproxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestRegion_OwnOneHasNoHealthyVM_OthersServeUntilItHas(t *testing.T) {
	t.Parallel()

	b := setup(t, here)
	near, far := in("fsn", app(t, says("near"))), in("hel", app(t, says("far")))

	for _, step := range []struct {
		upstreams []client.Upstream
		want      string
	}{
		{[]client.Upstream{near, far}, "near"},
		{[]client.Upstream{far}, "far"},
		{[]client.Upstream{near, far}, "near"},
	} {
		b.serve(t, live(demoHost, step.upstreams...))

		for range 10 {
			_, body := b.get(t, demoHost, "/")
			require.Equal(t, step.want, body)
		}
	}
}

func TestRegion_OwnOneTakesNoConnections_OthersServeUntilItDoes(t *testing.T) {
	t.Parallel()

	gone := in("fsn", down(t))
	b := setup(t, here)
	b.transport().recovery.pause = time.Millisecond
	b.serve(t, live(demoHost, gone, in("hel", app(t, says("far")))))

	own := b.proxy.handler.table.Load().lookup(demoHost).upstreams[0]

	for range 10 {
		_, body := b.get(t, demoHost, "/")
		require.Equal(t, "far", body)
	}

	listener, err := net.Listen("tcp", gone.Address)
	require.NoError(t, err)

	server := &http.Server{Handler: says("near")}

	go func() { _ = server.Serve(listener) }()

	closeAfter(t, server)
	require.Eventually(t, func() bool { return !own.resting(time.Now()) }, patience, time.Millisecond, "it rests although it takes connections")

	_, body := b.get(t, demoHost, "/")
	require.Equal(t, "near", body)
}

func TestRegion_FirstAttemptFails_TheNextGoesToAnotherRegion(t *testing.T) {
	t.Parallel()

	one, two, far := at("127.0.0.1:1", "fsn"), at("127.0.0.1:2", "fsn"), at("127.0.0.1:3", "hel")
	now := time.Now()

	for range 50 {
		require.Same(t, far, choose([]*upstream{one, two, far}, "fsn", []*upstream{one}, now))
	}

	far.rest(now)
	require.Same(t, two, choose([]*upstream{one, two, far}, "fsn", []*upstream{one}, now), "it rests")
}

func TestRecovery_VMIsAwayForLong_RestsUntilItTakesAConnection(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r, u, accepts, dials := recovering(demoHost)
		defer r.close()

		u.rest(time.Now())
		r.watch(demoHost, u)

		for range 60 {
			time.Sleep(time.Second)
			synctest.Wait()
			require.True(t, u.resting(time.Now()), "a request would find out")
		}

		require.Less(t, dials.Load(), int64(61))
		accepts.Store(true)
		time.Sleep(time.Minute)
		require.False(t, u.resting(time.Now()))
		require.Less(t, dials.Load(), int64(63), "it goes on although the VM is back")
	})
}

func TestRecovery_VMHasLeftTheTable_IsLeftAlone(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r, u, _, dials := recovering("other.example.com")

		u.rest(time.Now())
		r.watch(demoHost, u)
		r.running.Wait()
		require.Zero(t, dials.Load())
	})
}

// recovering makes a recovery, and a VM of the host that takes connections once accepts is true. It counts the attempts to connect.
func recovering(host string) (r *recovery, u *upstream, accepts *atomic.Bool, dials *atomic.Int64) {
	u, accepts, dials = at("127.0.0.1:1", "fsn"), &atomic.Bool{}, &atomic.Int64{}
	current := &atomic.Pointer[table]{}

	made := &table{}
	made.parts[shardOf(host)] = map[string]*route{host: {hostname: host, state: client.RouteStateLive, upstreams: []*upstream{u}}}
	current.Store(made)

	r = newRecovery(current, newDialer(false))
	r.dial = func(context.Context, string, string) (*net.TCPConn, error) {
		dials.Add(1)

		if accepts.Load() {
			return &net.TCPConn{}, nil
		}

		return nil, errors.New("nobody is there")
	}

	return r, u, accepts, dials
}
