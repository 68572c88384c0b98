package database_test

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
)

//go:embed testdata/scale.sql
var scale string

// TestPlans runs the queries of the hot paths on a large platform's database. None may read more rows than its answer needs.
func TestPlans(t *testing.T) { //nolint:tparallel // The queries would wait for each other's locks.
	t.Parallel()

	pool := scaledDatabase(t)
	queries := generatedQueries(t)

	for _, name := range slices.Sorted(maps.Keys(hotQueries)) {
		t.Run(name, func(t *testing.T) {
			query, bound := queries[queryOf(name)], hotQueries[name]
			require.NotEmpty(t, query.text, "there is no such query any more")

			inRolledBack(t, pool, func(tx pgx.Tx) {
				plan := explain(t, tx, query, bound.arguments())
				t.Logf("%d rows read of at most %d, %g returned", plan.totalRead(), bound.rows(plan), plan.Rows)
				require.LessOrEqual(t, plan.totalRead(), bound.rows(plan), "it reads more rows than its answer needs:\n%s", plan.describe(0))
			})
		})
	}

	// This test would tell: without the index on environments each flip would read all domains.
	t.Run("PointDomains, without its index", func(t *testing.T) {
		bound := hotQueries["PointDomains"]

		inRolledBack(t, pool, func(tx pgx.Tx) {
			_, err := tx.Exec(t.Context(), "DROP INDEX domains_environment")
			require.NoError(t, err)

			plan := explain(t, tx, queries["PointDomains"], bound.arguments())
			require.Greater(t, plan.totalRead(), bound.rows(plan), plan.describe(0))
		})
	})
}

func TestPlans_EveryQueryIsHotOrColdWithAReason(t *testing.T) {
	t.Parallel()

	var listed []string

	for name := range hotQueries {
		listed = append(listed, queryOf(name))
	}

	for _, names := range coldQueries {
		listed = append(listed, names...)
	}

	var generated []string

	for name, query := range generatedQueries(t) {
		if _, cold := coldFiles[query.file]; !cold {
			generated = append(generated, name)
		}
	}

	require.ElementsMatch(t, generated, lo.Uniq(listed),
		"a new query belongs to hotQueries, with what it may read, or to coldQueries, with why its plan does not matter")
}

// TestForeignKeys_HaveIndexes since a row is deleted, or its key changed, only once nothing is found that refers to it.
func TestForeignKeys_HaveIndexes(t *testing.T) {
	t.Parallel()

	without := texts(t, databasetest.New(t), `
		SELECT conrelid::regclass || '.' || attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
		WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
			SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1]
				AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname)))`)

	require.Equal(t, []string{
		"audit_events.user_id", "deployments.created_by", // Users are never deleted.
		"vms.node_id", // Nodes are deleted by people, a few a year.
	}, without)
}

// scaledDatabase is the database of a large platform.
func scaledDatabase(t *testing.T) *pgxpool.Pool {
	t.Helper()

	pool := databasetest.New(t)

	connection, err := pool.Acquire(t.Context())
	require.NoError(t, err)

	defer connection.Release()

	// The rows refer to each other as they should: to look each reference up doubles the time. Only some roles may leave it out.
	_, _ = connection.Exec(t.Context(), "SET session_replication_role = replica")

	for _, statement := range []string{scale, "VACUUM (ANALYZE)", "RESET session_replication_role"} {
		_, err = connection.Exec(t.Context(), statement)
		require.NoError(t, err)
	}

	return pool
}

// seedID is seed_id of scale.sql.
func seedID(kind, n int) uuid.UUID {
	const firstMillisecond = 1790000000000

	return uuid.MustParse(fmt.Sprintf("%012x7%03x8000%012x", firstMillisecond+n, kind, n))
}
