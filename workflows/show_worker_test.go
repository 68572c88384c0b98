package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// awaitShown waits until the worker is in the list of workers as the condition says.
func (b *testBundle) awaitShown(t *testing.T, worker *Worker, is func(database.Worker) bool) database.Worker {
	t.Helper()

	var found database.Worker

	require.Eventually(t, func() bool {
		rows, err := b.queries.ListWorkers(b.ctx, seenWithin, uuid.Nil, 10)
		require.NoError(t, err)

		for _, row := range rows {
			if row.Worker.Name == worker.Name() && row.InTouch {
				found = row.Worker

				return is(found)
			}
		}

		return false
	}, patienceOfTests, 5*time.Millisecond)

	return found
}

func TestWorker_TellsOperatorsThatItLives_UntilItHasStopped(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	ctx, stop := context.WithCancel(b.ctx)
	ended := make(chan error, 1)

	go func() { ended <- worker.Run(ctx) }()

	row := b.awaitShown(t, worker, func(row database.Worker) bool { return row.BuildkitSeenAt != nil })
	require.Equal(t, "tcp://builder-1:1234", row.BuildkitAddress)
	require.Equal(t, "v0.34.2", *row.BuildkitVersion)
	require.EqualValues(t, 5<<30, *row.BuildkitDiskBytes)
	require.Nil(t, row.BuildkitError)
	require.JSONEq(t, `[{"address": "tcp://builder-1:1234", "version": "v1.3.0"}]`, string(row.Builders))
	require.Contains(t, string(row.Slots), `"build": 4`)

	stop()
	require.NoError(t, <-ended)
	require.Zero(t, b.count(t, "SELECT count(*) FROM workers"))
}

func TestWorker_BuildKitAway_SaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.activities.builderAway = true

	row := b.awaitShown(t, b.work(t), func(row database.Worker) bool { return row.BuildkitError != nil })
	require.Contains(t, *row.BuildkitError, "did not answer")
	require.Nil(t, row.BuildkitSeenAt)
	require.JSONEq(t, `[{"address": "tcp://builder-1:1234", "version": "", "silent": true}]`, string(row.Builders))
}

func TestWorker_ThatDied_IsForgottenAfterAnHour(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for name, ago := range map[string]string{"old": "61 minutes", "new": "50 minutes"} {
		b.exec(t, `INSERT INTO workers (id, name, version, slots, buildkit_address, last_seen_at) VALUES ($1, $2, '1', '{}', '', now() - $3::text::interval)`,
			id.New(), name, ago)
	}

	b.work(t)
	require.Eventually(t, func() bool { return b.count(t, "SELECT count(*) FROM workers WHERE name = 'old'") == 0 }, patienceOfTests, 5*time.Millisecond)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM workers WHERE name = 'new'"))
}
