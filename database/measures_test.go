package database_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
)

func TestAddCounts_TheShorterListStandsForZeros(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)

	for _, lists := range [][3]string{{"{1,2}", "{10,20,30}", "{11,22,30}"}, {"{1,2,3}", "{}", "{1,2,3}"}, {"{}", "{}", "{}"}} {
		require.Equal(t, lists[2:], texts(t, pool, "SELECT add_counts('"+lists[0]+"', '"+lists[1]+"')::text"))
	}
}

func TestMeasurePartitions_AreThereForAllThatIsKept_AndMadeOnce(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)
	queries := database.New(pool)

	// The migration of the template has made them; a new period may have begun since then.
	require.Empty(t, texts(t, pool, `
		SELECT parent FROM measure_steps() WHERE NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = to_regclass(parent))`))

	now := time.Now()
	_, err := queries.MakeMeasurePartitions(t.Context(), now)
	require.NoError(t, err)

	// No moment between lacks one, and none overlaps another.
	require.Empty(t, texts(t, pool, `
		WITH ranges AS (
			SELECT parent, to_timestamp(right(relname, 10) || ' +00', 'YYYYMMDDHH24 TZH') AS starts, width, kept, ahead
			FROM measure_steps() JOIN pg_inherits ON inhparent = to_regclass(parent) JOIN pg_class ON pg_class.oid = inhrelid
		)
		SELECT format('%s at %s', steps.parent, at)
		FROM measure_steps() AS steps, LATERAL generate_series($1::timestamptz - kept, $1::timestamptz + ahead, width / 3) AS at
		WHERE (SELECT count(*) FROM ranges WHERE ranges.parent = steps.parent AND at >= starts AND at < starts + ranges.width) <> 1`, now))

	_, err = queries.DropMeasurePartitions(t.Context(), now)
	require.NoError(t, err)

	made, err := queries.MakeMeasurePartitions(t.Context(), now)
	require.NoError(t, err)
	require.Zero(t, made, "nothing that is kept was dropped")
}

func TestIsMissingPartition_TellsItFromAViolatedCheck(t *testing.T) {
	t.Parallel()

	pool := databasetest.New(t)

	_, err := pool.Exec(t.Context(), `INSERT INTO usage SELECT (jsonb_populate_record(NULL::usage, '{"step_seconds": 60, "starts_at": "2000-01-01"}')).*`)
	require.Error(t, err)
	require.True(t, database.IsMissingPartition(err))

	_, err = pool.Exec(t.Context(), `INSERT INTO route_table (id, version) VALUES (2, 1)`)
	require.Error(t, err)
	require.False(t, database.IsMissingPartition(err))
	require.False(t, database.IsMissingPartition(nil))
}
