package nodeagent

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"github.com/zeitwork/zeitwork/client"
)

func TestTurns_ThoseThatHaveWaitedLongestStartFirst(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		agent := &Agent{changed: make(chan struct{}, 1), turns: semaphore.NewWeighted(2)}
		started := make(chan int, 5)
		machines := make([]*machine, 5)

		for i := range machines {
			machines[i] = &machine{agent: agent, endTurn: func() {}}

			go func() {
				if machines[i].awaitTurn(t.Context()) == nil {
					started <- i
				}
			}()

			synctest.Wait()
		}

		require.Len(t, started, 2)
		require.Nil(t, machines[1].state().Message)
		require.Contains(t, *machines[2].state().Message, "as soon as others have started")

		for i := range machines {
			require.Equal(t, i, <-started)
			machines[i].endTurn()
			machines[i].endTurn()
			synctest.Wait()
		}
	})
}

func TestTurns_AVMThatIsNoLongerWantedGivesItsPlaceUp(t *testing.T) {
	t.Parallel()

	agent := &Agent{changed: make(chan struct{}, 1), turns: semaphore.NewWeighted(1)}
	first, gone, next := &machine{agent: agent}, &machine{agent: agent}, &machine{agent: agent}
	gone.report = client.VMReport{ExitCode: new(int64(1)), Message: new("It crashed.")}
	require.NoError(t, first.awaitTurn(t.Context()))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, gone.awaitTurn(ctx), context.Canceled)
	require.Equal(t, "It crashed.", *gone.state().Message, "while it waits")

	first.endTurn()
	require.NoError(t, next.awaitTurn(t.Context()))
}
