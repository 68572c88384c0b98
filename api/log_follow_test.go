package api

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestSift_LinesThatTakeLong_AreLeftForTheNextTime(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		lines := lo.Times(logBatch, func(i int) LogLine { return LogLine{ID: int64(i)} })

		accepted, looked := sift(t.Context(), lines, func(line LogLine, _ int) bool {
			time.Sleep(maxSearchTime / 10)

			return line.ID%2 == 0
		})
		require.Equal(t, 11, looked)
		require.Equal(t, []int64{0, 2, 4, 6, 8, 10}, lo.Map(accepted, func(line LogLine, _ int) int64 { return line.ID }))
	})
}

func TestSift_ReaderGoesAway_LooksAtNoMore(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())

	_, looked := sift(ctx, make([]LogLine, logBatch), func(_ LogLine, i int) bool {
		if i == 4 {
			cancel()
		}

		return true
	})
	require.Equal(t, 5, looked)
}

func TestLogStream_ReaderGoesAwayWhileLinesAreRead_SendsNone(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	log := logStream{filter: logFilter{levels: []string{"error"}}, read: func(context.Context, logWindow) ([]LogLine, error) {
		cancel()

		return []LogLine{{ID: 1, Line: "x"}}, nil
	}}

	last, err := log.send(ctx, &eventStream{}, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, last)
}
