package workflows

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// measured adds a row that began that long ago.
func (b *testBundle) measured(t *testing.T, seconds int, ago time.Duration) {
	t.Helper()

	b.exec(t, `INSERT INTO usage (step_seconds, project_id, starts_at, deployment_id, vm_id, environment_id, measured_millis, cpu_micros, memory_byte_seconds,
			memory_max_bytes, received_bytes, sent_bytes, restarts)
		VALUES ($1, $2, now() - $3::interval, $4, $4, $4, 1, 1, 1, 1, 1, 1, 1)`, seconds, id.New(), ago, uuid.New())
}

func TestKeepPartitions_OfMeasures_WhatIsNotKeptIsDroppedAndWhatIsToComeIsThere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)

	b.measured(t, 60, 23*time.Hour)
	b.measured(t, 3600, 30*day)
	b.measured(t, 86400, 365*day)

	keep := func(later time.Duration) {
		worker.now = func() time.Time { return time.Now().Add(later) }
		require.NoError(t, worker.keepPartitions(b.ctx, nil))
	}
	left := func() []int {
		return lo.Map([]int{60, 3600, 86400}, func(seconds, _ int) int {
			return b.count(t, "SELECT count(*) FROM usage WHERE step_seconds = $1", seconds)
		})
	}

	keep(0)
	require.Equal(t, []int{1, 1, 1}, left())
	keep(8 * time.Hour) // A row goes with the last of its partition.
	require.Equal(t, []int{0, 1, 1}, left())
	keep(9 * day)
	require.Equal(t, []int{0, 0, 1}, left())
	keep(30 * day)
	require.Equal(t, []int{0, 0, 0}, left())

	// Nothing is missing at that time, and a while later.
	for _, later := range []time.Duration{29 * day, 30 * day, 31 * day} {
		b.measured(t, 60, -later)
		b.measured(t, 3600, -later)
		b.measured(t, 86400, -later)
	}

	b.measured(t, 3600, -40*day)
	b.measured(t, 86400, -80*day)

	tables := b.count(t, "SELECT count(*) FROM measure_steps() JOIN pg_inherits ON inhparent = to_regclass(parent)")
	require.Less(t, tables, 100)
	keep(60 * day)
	require.InDelta(t, tables, b.count(t, "SELECT count(*) FROM measure_steps() JOIN pg_inherits ON inhparent = to_regclass(parent)"), 12, "they do not add up")
}

func TestKeepPartitions_OfMeasuresInUse_GivesWayAndMakesTheNext(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.measured(t, 60, 23*time.Hour)

	reader, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	_, err = reader.Exec(t.Context(), "SELECT count(*) FROM usage")
	require.NoError(t, err)

	worker := b.newWorker(t)
	worker.now = func() time.Time { return time.Now().Add(3 * day) }

	require.ErrorContains(t, worker.keepPartitions(b.ctx, nil), "lock timeout")
	b.measured(t, 60, -4*day)

	require.NoError(t, reader.Rollback(t.Context()))
	require.NoError(t, worker.keepPartitions(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM usage"))
}
