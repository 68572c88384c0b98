package edgeproxy

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRefresh_Asked_EndsTheWaitButNotBeforeTheLeastTime(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r := newRefresh()
		begun := time.Now()

		require.False(t, r.wait(t.Context(), time.Second, time.Minute))
		require.Equal(t, time.Minute, time.Since(begun))

		begun = time.Now()

		r.ask()
		r.ask()
		require.True(t, r.wait(t.Context(), time.Second, time.Minute))
		require.Equal(t, time.Second, time.Since(begun))
		require.False(t, r.wait(t.Context(), 0, time.Minute), "two are one")
	})
}

func TestRefresh_Asked_EndsAPollThatIsHeld(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r := newRefresh()
		begun := time.Now()

		ctx, done := r.interruptible(t.Context())
		defer done()

		r.ask()
		<-ctx.Done()
		require.Equal(t, refreshInterval, time.Since(begun))
		require.ErrorIs(t, context.Cause(ctx), errRefresh)
	})
}
