package edgeproxy

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHTTP3_IdleWatch_ClosesWhereNoRequestIsAnswered(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		closed := false
		w := newIdleWatch(time.Minute, func() { closed = true })

		passes := func(d time.Duration) bool {
			time.Sleep(d)
			synctest.Wait()

			return closed
		}

		require.False(t, passes(59*time.Second))
		w.begin()
		w.begin()
		w.end()
		require.False(t, passes(time.Hour), "one is being answered")
		w.end()
		require.False(t, passes(59*time.Second))
		require.True(t, passes(2*time.Second))
	})
}

func TestHTTP3_IdleWatch_ConnectionHasEnded_ClosesNothing(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		closed := false
		w := newIdleWatch(time.Minute, func() { closed = true })

		w.begin()
		w.stop()
		w.end()
		time.Sleep(time.Hour)
		synctest.Wait()
		require.False(t, closed)
	})
}
