package api

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestDomainTurns_OfFewOrganisations_LeaveOneToEachOther(t *testing.T) {
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

			answer, ok := err.(huma.HeadersError) //nolint:errorlint // The answer's headers are those of the error itself.
			require.True(t, ok)
			require.Equal(t, "5", answer.GetHeaders().Get("Retry-After"))
		}

		ends := make([]func(), 0, 2*looksAtOnce)

		// Of each all but the first are among those that organisations share.
		for range looksAtOnce / (looksOfOne - 1) {
			greedy := uuid.New()
			for range looksOfOne {
				ends = append(ends, take(greedy))
			}

			refused(greedy)
		}

		other := uuid.New()
		own := take(other)
		refused(other)

		// A look that waits gets a turn that ends before its patience does: one of those that are shared, or the organisation's own.
		for _, ending := range []func(){ends[looksOfOne-1], own} {
			time.AfterFunc(turnPatience/2, ending)

			end, err := turns.take(t.Context(), other)
			require.NoError(t, err)

			ends = append(ends, end)
		}

		for i, end := range ends {
			if i != looksOfOne-1 {
				end()
			}
		}

		require.Empty(t, turns.shares)
		require.Empty(t, turns.all)
	})
}
