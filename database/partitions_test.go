package database_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
)

// noon of a day that the database has no partition for by itself.
var noon = time.Date(2031, 2, 28, 12, 0, 0, 0, time.UTC)

// partitioned makes a table that is partitioned by its only column.
func partitioned(t *testing.T, span database.PartitionSpan) (*pgxpool.Pool, database.PartitionedTable) {
	t.Helper()

	pool := databasetest.New(t)
	_, err := pool.Exec(t.Context(), "CREATE TABLE seen (at timestamptz PRIMARY KEY) PARTITION BY RANGE (at)")
	require.NoError(t, err)

	return pool, database.PartitionedTable{Name: "seen", Span: span, Ahead: 2}
}

func partitionsOf(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()

	rows, err := pool.Query(t.Context(), "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'seen'::regclass ORDER BY 1")
	require.NoError(t, err)

	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	return names
}

func TestPartitions_AreMadeAheadAndOnce(t *testing.T) {
	t.Parallel()

	pool, table := partitioned(t, database.PartitionByDay())

	made, err := database.MakePartitions(t.Context(), pool, table, noon)
	require.NoError(t, err)
	require.Equal(t, 4, made)
	require.Equal(t, []string{"seen_20310227", "seen_20310228", "seen_20310301", "seen_20310302"}, partitionsOf(t, pool))

	made, err = database.MakePartitions(t.Context(), pool, table, noon)
	require.NoError(t, err)
	require.Zero(t, made)

	made, err = database.MakePartitions(t.Context(), pool, table, noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, 1, made)

	for _, at := range []time.Time{noon.AddDate(0, 0, -1), noon, noon.Truncate(24 * time.Hour), noon.AddDate(0, 0, 3)} {
		_, err = pool.Exec(t.Context(), "INSERT INTO seen VALUES ($1)", at)
		require.NoError(t, err)
	}

	_, err = pool.Exec(t.Context(), "INSERT INTO seen VALUES ($1)", noon.AddDate(0, 0, 4))
	require.ErrorContains(t, err, "no partition")
}

func TestPartitions_ByMonth(t *testing.T) {
	t.Parallel()

	pool, table := partitioned(t, database.PartitionByMonth())

	_, err := database.MakePartitions(t.Context(), pool, table, noon)
	require.NoError(t, err)
	require.Equal(t, []string{"seen_203101", "seen_203102", "seen_203103", "seen_203104"}, partitionsOf(t, pool))

	dropped, err := database.DropPartitions(t.Context(), pool, table, noon)
	require.NoError(t, err)
	require.Equal(t, 1, dropped, "those of this February are not all older")
}

func TestPartitions_OfWhichAllRowsAreOld_AreDropped(t *testing.T) {
	t.Parallel()

	pool, table := partitioned(t, database.PartitionByDay())

	_, err := database.MakePartitions(t.Context(), pool, table, noon)
	require.NoError(t, err)

	dropped, err := database.DropPartitions(t.Context(), pool, table, noon.Truncate(24*time.Hour).Add(-time.Nanosecond))
	require.NoError(t, err)
	require.Zero(t, dropped)

	dropped, err = database.DropPartitions(t.Context(), pool, table, noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, 2, dropped)
	require.Equal(t, []string{"seen_20310301", "seen_20310302"}, partitionsOf(t, pool))
}

func TestPartitions_ManyMakeAndDropThemAtOnce_NobodyFails(t *testing.T) {
	t.Parallel()

	pool, table := partitioned(t, database.PartitionByDay())

	var group errgroup.Group

	for range 4 {
		group.Go(func() error {
			if _, err := database.MakePartitions(t.Context(), pool, table, noon); err != nil {
				return err
			}

			_, err := database.DropPartitions(t.Context(), pool, table, noon.Truncate(24*time.Hour))

			return err
		})
	}

	require.NoError(t, group.Wait())
	require.Subset(t, partitionsOf(t, pool), []string{"seen_20310228", "seen_20310301", "seen_20310302"})
}

func TestPartitions_WhileSomebodyReadsTheTable_AreMadeAndLeftToBeDroppedLater(t *testing.T) {
	t.Parallel()

	pool, table := partitioned(t, database.PartitionByDay())

	_, err := database.MakePartitions(t.Context(), pool, table, noon)
	require.NoError(t, err)

	reader, err := pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { require.NoError(t, reader.Rollback(t.Context())) }()

	_, err = reader.Exec(t.Context(), "SELECT count(*) FROM seen")
	require.NoError(t, err)

	made, err := database.MakePartitions(t.Context(), pool, table, noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, 1, made)

	_, err = database.DropPartitions(t.Context(), pool, table, noon.Truncate(24*time.Hour))
	require.ErrorContains(t, err, "lock timeout")
}

// TestRequestLogs_WithATimeBound_ReadNoOtherPartition since a day of a large platform has millions of rows.
func TestRequestLogs_WithATimeBound_ReadNoOtherPartition(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	queries, now := generatedQueries(t), time.Now().UTC()
	today, yesterday := "request_logs_"+now.Format("20060102"), "request_logs_"+now.AddDate(0, 0, -1).Format("20060102")

	for name, with := range map[string]map[string]any{
		"ListRequestLogs":                 {"until": now},
		"ListArrivedRequestLogs":          {"after": 0},
		"ListArrivedRequestLogsBackwards": {"after": 0},
	} {
		arguments := bound{with: requestArguments(with)}.arguments()

		inRolledBack(t, pool, func(tx pgx.Tx) {
			arguments["since"] = now.AddDate(0, 0, -1).Truncate(24 * time.Hour)
			require.Contains(t, planText(t, tx, queries[name], arguments), yesterday, name)

			arguments["since"] = now.Truncate(24 * time.Hour)
			plan := planText(t, tx, queries[name], arguments)
			require.NotContains(t, plan, yesterday, name)
			require.Contains(t, plan, today, name)
		})
	}
}

func planText(t *testing.T, tx pgx.Tx, query generatedQuery, arguments map[string]any) string {
	t.Helper()

	values := make([]any, len(query.arguments))
	for i, name := range query.arguments {
		values[i] = arguments[name]
	}

	rows, err := tx.Query(t.Context(), "EXPLAIN "+query.text, values...)
	require.NoError(t, err)

	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	return strings.Join(lines, "\n")
}
