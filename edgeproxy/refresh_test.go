package edgeproxy

import (
	"context"
	"io"
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

		held := r.held(t.Context(), false)
		defer held.end()

		r.ask()
		<-held.ctx.Done()
		require.Equal(t, refreshInterval, time.Since(begun))
		require.ErrorIs(t, context.Cause(held.ctx), errRefresh)
	})
}

func TestRefresh_Urgent_TheAnswerHasToBeginSoon(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()

		held := newRefresh().held(t.Context(), true)
		defer held.end()

		<-held.ctx.Done()
		require.Equal(t, refreshTimeout, time.Since(begun))
		require.ErrorIs(t, context.Cause(held.ctx), context.DeadlineExceeded)
	})
}

// A table that takes minutes to arrive does arrive, whoever asks meanwhile.
func TestRefresh_AnAnswerThatHasBegun_IsEndedByAPauseAlone(t *testing.T) {
	t.Parallel()

	for _, urgent := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := newRefresh()

			held := r.held(t.Context(), urgent)
			defer held.end()

			reader, writer := io.Pipe()
			body := held.answered(reader)

			go func() {
				for range 100 {
					time.Sleep(maxPauseInAnswer - time.Second)
					r.ask()

					_, _ = writer.Write([]byte("x"))
				}
			}()

			_, err := io.ReadFull(body, make([]byte, 100))
			require.NoError(t, err)
			require.NoError(t, held.ctx.Err())

			go func() { _, _ = body.Read(make([]byte, 1)) }()

			<-held.ctx.Done()
			require.ErrorIs(t, context.Cause(held.ctx), context.DeadlineExceeded)
			require.NoError(t, writer.Close())
		})
	}
}
