package api

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestDomainTurns_OfOneOrganisation_LeaveSomeToTheOthers(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		turns := newDomainTurns()
		take := func(organisation uuid.UUID) (end func()) {
			begun := time.Now()
			end, err := turns.take(t.Context(), organisation)
			require.NoError(t, err)
			require.Zero(t, time.Since(begun))

			return end
		}
		refused := func(organisation uuid.UUID) {
			begun := time.Now()
			_, err := turns.take(t.Context(), organisation)
			require.Equal(t, problem.TooMany, problem.CodeOf(err))
			require.Equal(t, turnPatience, time.Since(begun))
		}

		greedy, ends := uuid.New(), []func(){}
		for range looksOfOne {
			ends = append(ends, take(greedy))
		}

		refused(greedy)

		ends = append(ends, take(uuid.New()))
		for len(ends) < looksAtOnce {
			ends = append(ends, take(uuid.New()))
		}

		other := uuid.New()
		refused(other)

		// A look that waits gets a turn that ends before its patience does.
		time.AfterFunc(turnPatience/2, ends[0])

		end, err := turns.take(t.Context(), other)
		require.NoError(t, err)

		for _, each := range append(ends[1:], end) {
			each()
		}

		require.Empty(t, turns.shares)
	})
}
