package workflows

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// requestsOf adds requests to a project that began so long ago, a second apart, whose paths are their numbers.
func (b *testBundle) requestsOf(t *testing.T, project uuid.UUID, age time.Duration, first, last int) {
	t.Helper()
	b.exec(t, `INSERT INTO request_logs (project_id, at, id, kind, environment_id, deployment_id, region, method, host, path, status, duration_us, first_byte_us,
			bytes_out, attempts, interrupted, request_id, dropped)
		SELECT $1, now() - $2::interval + number * interval '1 second', gen_random_uuid(), 'request', $1, $1, 'here', 'GET', 'a', '/' || number, 200, 1, 1, 1, 1, false, '', 0
		FROM generate_series($3::integer, $4::integer) AS number`, project, age, first, last)
}

func (b *testBundle) requestPaths(t *testing.T, project uuid.UUID) []string {
	t.Helper()

	var paths []string

	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT coalesce(array_agg(path ORDER BY at), '{}') FROM request_logs WHERE project_id = $1", project).Scan(&paths))

	return paths
}

func TestKeepPartitions_DropsWhatIsOlderThanLogsAreKept(t *testing.T) {
	t.Parallel()

	b := setup(t)
	now := time.Now()

	// As if the platform had run for a while.
	for days := range 5 {
		_, err := database.MakePartitions(b.ctx, b.pool, database.RequestLogs(), now.AddDate(0, 0, -days))
		require.NoError(t, err)
	}

	b.requestsOf(t, b.project, 4*24*time.Hour, 1, 1)
	b.requestsOf(t, b.project, time.Hour, 2, 2)

	worker := b.newWorker(t) // Keeps logs for a day.
	require.NoError(t, worker.keepPartitions(b.ctx, nil))
	require.Equal(t, []string{"/2"}, b.requestPaths(t, b.project))
	require.Equal(t, 3+3, b.count(t, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'request_logs'::regclass"), "two days, today, and those ahead")
}

func TestKeepPartitions_LogsAreKeptForAnHour_WhatEdgesMayShipLateHasAPartition(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.LogRetention = time.Hour
	require.NoError(t, worker.keepPartitions(b.ctx, nil))

	b.requestsOf(t, b.project, 24*time.Hour, 1, 1)
	require.NoError(t, worker.keepPartitions(b.ctx, nil))
	require.Equal(t, []string{"/1"}, b.requestPaths(t, b.project))
}

// TestKeepPartitions_InsertedUnderTheFormerKind_IsWorked since workers of the version before insert such jobs while a platform is upgraded.
func TestKeepPartitions_InsertedUnderTheFormerKind_IsWorked(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "INSERT INTO river.river_job (kind, queue, args, state, max_attempts) VALUES ('keep_measures', 'poll', '{}', 'available', 1)")
	b.work(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'keep_measures' AND state = 'completed'")
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'keep_partitions' AND state = 'completed'")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'keep_measures'"), "this version inserts none")
}

func TestCollectRequests_MoreThanAreKeptOfAProject_TheNewestStay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	quiet := id.New()
	b.requestsOf(t, b.project, time.Hour, 1, 9)
	b.requestsOf(t, quiet, time.Hour, 1, 3)

	worker := b.newWorker(t)
	worker.config.RequestRecords = 4

	var removed collected

	for range 2 {
		require.NoError(t, worker.collectLogs(b.ctx, &removed))
		require.Equal(t, []string{"/6", "/7", "/8", "/9"}, b.requestPaths(t, b.project))
		require.Equal(t, []string{"/1", "/2", "/3"}, b.requestPaths(t, quiet))
	}

	require.EqualValues(t, 5, removed.requests.Load())
}

func TestCollectRequests_OfProjectsThatKeepNoneAnyMore_AreDeleted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	forgets := b.addProject(t, 32<<20, 1)
	b.exec(t, "UPDATE projects SET record_requests = false WHERE id = $1", forgets)
	b.requestsOf(t, forgets, time.Hour, 1, 12)
	b.requestsOf(t, b.project, time.Hour, 1, 3)

	var removed collected

	require.NoError(t, b.newWorker(t).collectLogs(b.ctx, &removed))
	require.Empty(t, b.requestPaths(t, forgets))
	require.Equal(t, []string{"/1", "/2", "/3"}, b.requestPaths(t, b.project))
	require.EqualValues(t, 12, removed.requests.Load())
}
