package edgeproxy

import (
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func fails(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, "its database is gone")
}

func TestOutlier_OneVMFails_TheOthersServe(t *testing.T) {
	t.Parallel()

	drops, _ := dropper(t, "")

	for name, upstream := range map[string]func() (http.HandlerFunc, bool){
		"it answers with 500": func() (http.HandlerFunc, bool) { return fails, true },
		"it answers nothing":  func() (http.HandlerFunc, bool) { return nil, false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			sick := drops

			if handler, serves := upstream(); serves {
				sick = app(t, handler)
			}

			b.serve(t, live(demoHost, sick, app(t, says("well"))))

			found := b.proxy.handler.table.Load().lookup(demoHost).upstreams[0]

			require.Eventually(t, func() bool {
				b.do(t, b.request(t, http.MethodPost, demoHost, "/", nil))

				return found.resting(time.Now())
			}, patience, frequency)

			for range 20 {
				_, body := b.do(t, b.request(t, http.MethodPost, demoHost, "/", nil))
				require.Equal(t, "well", body)
			}
		})
	}
}

func TestOutlier_AllFail_NoneRests(t *testing.T) {
	t.Parallel()

	var asked atomic.Int64

	b := setup(t)
	b.serve(t, live(demoHost, app(t, fails), app(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fails(w, r)
	})))

	begun := time.Now()

	for time.Since(begun) < 2*outlierTime {
		response, _ := b.get(t, demoHost, "/")
		require.Equal(t, http.StatusInternalServerError, response.StatusCode)
	}

	for _, u := range b.proxy.handler.table.Load().lookup(demoHost).upstreams {
		require.False(t, u.resting(time.Now()))
	}
}

// sickRoute is a route with so many upstreams, and what watches them.
func sickRoute(upstreams int) (*route, *outliers) {
	return &route{upstreams: lo.Times(upstreams, func(int) *upstream { return at("127.0.0.1:1", "") })}, &outliers{logger: slog.New(slog.DiscardHandler)}
}

// failFor has an upstream fail four times a second.
func (o *outliers) failFor(r *route, u *upstream, duration time.Duration) {
	for range duration / (time.Second / 4) {
		o.note(r, u, true)
		time.Sleep(time.Second / 4)
	}
}

func TestOutlier_RestsForAWhile_ThenOneFailureIsEnough(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r, o := sickRoute(2)
		u := r.upstreams[0]

		o.failFor(r, u, time.Second)
		require.False(t, u.resting(time.Now()), "four are not enough")
		o.note(r, u, false)
		o.failFor(r, u, time.Second)
		require.False(t, u.resting(time.Now()), "they were not in a row")
		o.note(r, u, true)
		require.True(t, u.resting(time.Now()))
		u.wake()
		require.True(t, u.resting(time.Now()), "that it takes connections says nothing")

		time.Sleep(outlierRest)
		require.False(t, u.resting(time.Now()))
		o.note(r, u, true)
		require.True(t, u.resting(time.Now()))

		time.Sleep(outlierRest)
		o.note(r, u, false)
		o.note(r, u, true)
		require.False(t, u.resting(time.Now()), "it had answered well")
	})
}

func TestOutlier_ManyFailuresAtOnce_AreChance(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r, o := sickRoute(2)

		for range 1000 {
			o.note(r, r.upstreams[0], true)
		}

		require.False(t, r.upstreams[0].resting(time.Now()))
	})
}

func TestOutlier_NeverMoreThanHalfRest_AndNeverTheLast(t *testing.T) {
	t.Parallel()

	for upstreams, most := range []int{0, 0, 1, 1, 2, 2} {
		synctest.Test(t, func(t *testing.T) {
			r, o := sickRoute(upstreams)

			// All but the last fail.
			for _, u := range r.upstreams[:max(upstreams-1, 0)] {
				o.failFor(r, u, 3*time.Second)
			}

			require.Equal(t, most, lo.CountBy(r.upstreams, func(u *upstream) bool { return u.resting(time.Now()) }), "of %d", upstreams)

			if upstreams > 0 {
				o.failFor(r, r.upstreams[upstreams-1], 3*time.Second)
				require.False(t, r.upstreams[upstreams-1].resting(time.Now()))
			}
		})
	}
}

func TestOutlier_SomeTakeNoConnections_CountAsResting(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r, o := sickRoute(3)
		r.upstreams[1].rest(time.Now().Add(time.Minute))
		o.failFor(r, r.upstreams[0], 3*time.Second)
		require.False(t, r.upstreams[0].resting(time.Now()))
	})
}
